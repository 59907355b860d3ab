import type { DraftBlock } from '../draft-blocks.ts';
import type { Block, Inline, ListBlock } from '../types.ts';

/** Items whose markers are at least this far apart (points) are not of the same level. */
const LEVEL_STEP_PT = 6;
const MAX_LEVELS = 8;
/** What stands inside an item is at most this far (em) right of its text, and this far below it: between paragraphs. */
const MAX_INSIDE_EM = 4;
const MAX_INSIDE_GAP_EM = 1.8;
/** Edges this close (points) are the same. */
const SAME_EDGE_PT = 1;

interface OpenList {
  kind: 'list';
  ordered: boolean;
  style: ListBlock['style'];
  start: number;
  items: OpenItem[];
  x0: number;
}

interface OpenItem {
  label: readonly Inline[];
  content: Inline[];
  lists: OpenList[];
  textX0: number;
  /** The block it ends with. */
  last: DraftBlock;
}

/** Puts items into lists, and lists into items, by where their markers stand. */
export class ListBuilder {
  #blocks: Block[] = [];
  /** Where the outermost list that is open belongs. */
  #place: { readonly blocks: Block[]; readonly at: number } | undefined;
  #levels: OpenList[] = [];

  /** Lists that begin from now on are of this page; one that is open may go on. */
  turnTo(blocks: Block[]): void {
    this.#blocks = blocks;
  }

  add(draft: DraftBlock): void {
    const { ordered, style, value } = countOf(draft);
    const { label, textX0 } = draft;
    const content = [...draft.itemContent];
    this.#closeStrangers(draft);
    const item: OpenItem = { label, content, lists: [], textX0, last: draft };
    while (this.#levels.length > 1 && draft.x0 < (this.#levels.at(-1)?.x0 ?? 0) - LEVEL_STEP_PT)
      this.#levels.pop();
    const list = this.#levels.at(-1);
    const parent = list?.items.at(-1);
    if (list && parent && draft.x0 > list.x0 + LEVEL_STEP_PT && this.#levels.length < MAX_LEVELS) {
      const inner: OpenList = { kind: 'list', ordered, style, start: value, items: [item], x0: draft.x0 };
      parent.lists.push(inner);
      this.#levels.push(inner);
      return;
    }
    const goesOn =
      list && list.style === style && list.ordered === ordered && (!ordered || nextOf(list) === value);
    if (goesOn) {
      list.items.push(item);
      return;
    }
    const next: OpenList = { kind: 'list', ordered, style, start: value, items: [item], x0: draft.x0 };
    const outer = this.#levels.at(-2)?.items.at(-1);
    if (outer) {
      this.#levels.pop();
      outer.lists.push(next);
    } else {
      this.close();
    }
    if (this.#levels.length === 0) this.#place = { blocks: this.#blocks, at: this.#blocks.length };
    this.#levels.push(next);
  }

  /** On another page, only an item that stands where those of an open list stand goes on with it. */
  #closeStrangers({ x0 }: DraftBlock): void {
    if (this.#place?.blocks === this.#blocks) return;
    if (!this.#levels.some((list) => Math.abs(list.x0 - x0) < LEVEL_STEP_PT)) this.close();
  }

  /** Whether this is the next number of a list that is open, however many lists have been inside of its last item. */
  expects(draft: DraftBlock): boolean {
    if (draft.marker?.kind !== 'number' || draft.table) return false;
    const { style, value } = countOf(draft);
    return this.#levels.some(
      (list) =>
        list.ordered &&
        list.style === style &&
        nextOf(list) === value &&
        Math.abs(list.x0 - draft.x0) < LEVEL_STEP_PT,
    );
  }

  /** Takes a further paragraph of the last item, if this is one. */
  continues(draft: DraftBlock): boolean {
    const list = this.#levels.at(-1);
    const item = list?.items.at(-1);
    if (!list || !item || draft.table || item.lists.length > 0) return false;
    // Listings stand further in, and so do quotations; a single line may be a paragraph that begins there.
    const inside = draft.lines > 1 && isInside(draft, item);
    const atText = draft.listing !== undefined || Math.abs(draft.x0 - item.textX0) < LEVEL_STEP_PT;
    if (!(atText || inside) || draft.x0 < list.x0 + LEVEL_STEP_PT) return false;
    item.last = draft;
    item.content.push({ text: ' ' });
    for (const inline of draft.listing ?? draft.content) item.content.push(inline);
    return true;
  }

  /** What follows is not of the list. */
  close(): void {
    const outermost = this.#levels[0];
    if (outermost && this.#place) this.#place.blocks.splice(this.#place.at, 0, closed(outermost));
    this.#levels = [];
    this.#place = undefined;
  }
}

/** Whether a block stands further in than an item's text and right below it: signatures, boxes and centred lines do not. */
function isInside(draft: DraftBlock, { textX0, last }: OpenItem): boolean {
  const gap = last.bottom - draft.top;
  return (
    Math.abs(draft.x0 - draft.textX0) < SAME_EDGE_PT &&
    draft.x0 > textX0 - LEVEL_STEP_PT &&
    draft.x0 - textX0 <= draft.size * MAX_INSIDE_EM &&
    draft.page === last.page &&
    Math.abs(gap) <= draft.size * MAX_INSIDE_GAP_EM
  );
}

function countOf({ marker }: DraftBlock): { ordered: boolean; style: ListBlock['style']; value: number } {
  return marker?.kind === 'number'
    ? { ordered: true, style: marker.style, value: marker.value }
    : { ordered: false, style: '1', value: 1 };
}

function nextOf(list: OpenList): number {
  return list.start + list.items.length;
}

function closed({ ordered, style, start, items }: OpenList): ListBlock {
  return {
    kind: 'list',
    ordered,
    style,
    start,
    items: items.map(({ label, content, lists }) => ({ label, content, lists: lists.map(closed) })),
  };
}
