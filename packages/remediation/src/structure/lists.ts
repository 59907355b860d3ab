import type { DraftBlock } from './draft-blocks.ts';
import type { Block, Inline, ListBlock } from './types.ts';

/** Items whose markers are at least this far apart (points) are not of the same level. */
const LEVEL_STEP_PT = 6;
const MAX_LEVELS = 8;

interface OpenList {
  kind: 'list';
  ordered: boolean;
  start: number;
  items: OpenItem[];
  x0: number;
}

interface OpenItem {
  label: readonly Inline[];
  content: readonly Inline[];
  lists: OpenList[];
  textX0: number;
}

/** Puts items into lists, and lists into items, by where their markers stand. */
export class ListBuilder {
  readonly #blocks: Block[];
  #levels: OpenList[] = [];

  constructor(blocks: Block[]) {
    this.#blocks = blocks;
  }

  add(draft: DraftBlock): void {
    const ordered = draft.marker?.kind === 'number';
    const value = draft.marker?.kind === 'number' ? draft.marker.value : 1;
    const { label, itemContent: content, textX0 } = draft;
    const item: OpenItem = { label, content, lists: [], textX0 };
    while (this.#levels.length > 1 && draft.x0 < (this.#levels.at(-1)?.x0 ?? 0) - LEVEL_STEP_PT)
      this.#levels.pop();
    const list = this.#levels.at(-1);
    const parent = list?.items.at(-1);
    if (list && parent && draft.x0 > list.x0 + LEVEL_STEP_PT && this.#levels.length < MAX_LEVELS) {
      const inner: OpenList = { kind: 'list', ordered, start: value, items: [item], x0: draft.x0 };
      parent.lists.push(inner);
      this.#levels.push(inner);
      return;
    }
    const goesOn = list && list.ordered === ordered && (!ordered || list.start + list.items.length === value);
    if (goesOn) {
      list.items.push(item);
      return;
    }
    const next: OpenList = { kind: 'list', ordered, start: value, items: [item], x0: draft.x0 };
    const outer = this.#levels.at(-2)?.items.at(-1);
    if (outer) {
      this.#levels.pop();
      outer.lists.push(next);
    } else {
      this.close();
    }
    this.#levels.push(next);
  }

  /** Takes a further paragraph of the last item, if this is one. */
  continues(draft: DraftBlock): boolean {
    const list = this.#levels.at(-1);
    const item = list?.items.at(-1);
    if (!list || !item || draft.table || item.lists.length > 0) return false;
    const inside = draft.x0 >= list.x0 + LEVEL_STEP_PT && Math.abs(draft.x0 - item.textX0) < LEVEL_STEP_PT;
    if (!inside) return false;
    item.content = [...item.content, { text: ' ' }, ...draft.content];
    return true;
  }

  /** What follows is not of the list. */
  close(): void {
    const outermost = this.#levels[0];
    if (outermost) this.#blocks.push(closed(outermost));
    this.#levels = [];
  }
}

function closed({ ordered, start, items }: OpenList): ListBlock {
  return {
    kind: 'list',
    ordered,
    start,
    items: items.map(({ label, content, lists }) => ({ label, content, lists: lists.map(closed) })),
  };
}
