import { CONTENTS_TITLE } from '../contents-table.ts';
import type { DraftBlock } from '../draft-blocks.ts';
import { namesWhatIsCounted } from '../figures/captions.ts';
import { plainText } from '../types.ts';
import { type Candidate, numbersOf, squeezed } from './heading-candidates.ts';

const PAGE_NUMBER = /\s(?:\d{1,4}|[ivxlc]{1,7})$/i;
/** Entries that begin this close (points) are of one level. */
const SAME_EDGE_PT = 4;
/** Fewer entries show no order. */
const MIN_LISTED = 3;
/** A table of contents that is set in more steps than headings have levels shows something else by them. */
const MAX_STEPS = 6;
/** Of the entries that are numbered as well, so many are as deep as they are far in. */
const MIN_AGREEING_SHARE = 0.8;
/** Lines of a title before what a table of contents is called. */
const MAX_BEFORE = 4;
/** The first entries are one step in: no more and no less of what the next are further in. */
const STEP = { least: 0.5, most: 1.5 };

export interface ListedDepths {
  /** Of headings, from 1, as the table of contents shows it, and their place in it. */
  readonly depths: ReadonlyMap<DraftBlock, { readonly depth: number; readonly place: number }>;
  /** Its first entries begin a step in from the text: the title is above them. */
  readonly belowTitle: boolean;
}

/** How deep headings are by the printed table of contents that names them: its entries are further in for each level. */
export function depthsInContents(
  drafts: readonly DraftBlock[],
  candidates: readonly Candidate[],
): ListedDepths {
  const nothing: ListedDepths = { depths: new Map(), belowTitle: false };
  const places = new Map(drafts.map((draft, at) => [draft, at]));
  // The last place of each heading: an index behind the text is no table of contents.
  const named = new Map(
    candidates.map(({ draft }) => [squeezed(plainText(draft.content)), places.get(draft) ?? -1]),
  );
  const entries = drafts
    .filter(({ contents }) => contents)
    .flatMap((draft, place) => {
      const text = plainText(draft.content).trim().replace(PAGE_NUMBER, '');
      const key = squeezed(text);
      // Lists of figures and tables are none of headings.
      const isHeading = (named.get(key) ?? -1) > (places.get(draft) ?? 0) && !namesWhatIsCounted(text);
      return isHeading ? [{ key, place, x0: draft.x0, numbers: numbersOf(draft)?.length }] : [];
    });
  const edges = edgesOf(entries.map(({ x0 }) => x0));
  const [first, second] = edges;
  if (entries.length < MIN_LISTED || edges.length > MAX_STEPS || first === undefined || second === undefined)
    return nothing;
  const listed = entries.map((entry) => ({
    ...entry,
    depth: edges.filter((edge) => edge <= entry.x0 + SAME_EDGE_PT).length,
  }));
  const offsets = listed.flatMap(({ depth, numbers }) => (numbers === undefined ? [] : [depth - numbers]));
  const [usual] = [...Map.groupBy(offsets, (offset) => offset).values()].sort((a, b) => b.length - a.length);
  if ((usual?.length ?? 0) < offsets.length * MIN_AGREEING_SHARE) return nothing;
  const byKey = Map.groupBy(listed, ({ key }) => key);
  const steps = (first - textEdge(drafts)) / (second - first);
  const belowTitle = steps >= STEP.least && steps <= STEP.most;
  const depths = new Map<DraftBlock, { depth: number; place: number }>();
  const used = new Map<string, number>();
  for (const { draft } of candidates) {
    const key = squeezed(plainText(draft.content));
    const same = byKey.get(key) ?? [];
    // What has one name in several places is listed in their order.
    const at = used.get(key) ?? 0;
    used.set(key, at + 1);
    const entry = same[Math.min(at, same.length - 1)];
    if (entry) depths.set(draft, { depth: entry.depth + (belowTitle ? 1 : 0), place: entry.place });
  }
  return { depths, belowTitle };
}

/** What stands right above tables of contents: what is called so, or has no headings before it but lines of a title. */
export function opensContents(
  drafts: readonly DraftBlock[],
  candidates: readonly Candidate[],
): ReadonlySet<DraftBlock> {
  const early = new Set(candidates.slice(0, MAX_BEFORE + 1).map(({ draft }) => draft));
  const above = drafts.filter(
    (draft, at) => !draft.contents && !draft.object && drafts[at + 1]?.contents === true,
  );
  return new Set(
    above.filter(
      (draft, at) => (at === 0 && early.has(draft)) || CONTENTS_TITLE.test(plainText(draft.content).trim()),
    ),
  );
}

function edgesOf(places: readonly number[]): number[] {
  const sorted = places.toSorted((a, b) => a - b);
  return sorted.filter((x0, at) => x0 - (sorted[at - 1] ?? Number.NEGATIVE_INFINITY) > SAME_EDGE_PT);
}

/** Where most of the text begins. */
export function textEdge(drafts: readonly DraftBlock[]): number {
  const letters = new Map<number, number>();
  for (const { x0, characters, contents, object } of drafts) {
    if (contents || object) continue;
    const edge = Math.round(x0);
    letters.set(edge, (letters.get(edge) ?? 0) + characters);
  }
  return [...letters].reduce((most, each) => (each[1] > most[1] ? each : most), [0, 0])[0];
}
