import type { TextFragment } from '../text/text-pen.ts';
import { type Content, type Element, isContent } from './elements.ts';

/** A running header or footer, or the number of a line. */
export interface RunningText {
  /** Of PDF 2.0, which names the numbers of lines too. */
  readonly kind: 'Header' | 'Footer' | 'LineNum';
  readonly fragment: TextFragment;
}

/** Text that is drawn and not read. */
export interface PageArtifacts {
  readonly running: readonly RunningText[];
  /** Dots between a title and its page number, and words that are drawn once more where they stand. */
  readonly layout: readonly Pick<TextFragment, 'spans'>[];
  /** Head rows of a table that goes on. */
  readonly repeated: readonly Pick<TextFragment, 'spans'>[];
}

const REPEATED = '/Artifact <</Type /Pagination>> BDC';
const LAYOUT = '/Artifact <</Type /Layout>> BDC';

/** What marked content belongs to: an element's content, or the opening operator of an artifact. */
export type Target = Content | string;

/** Bytes of a show operation that belong together. */
export interface Piece {
  from: number;
  to: number;
  readonly target: Target;
  /** Index of the word in its content. */
  readonly order: number;
}

/** For each content stream of a page, what its operations belong to. */
export interface PagePlan {
  readonly text: ReadonlyMap<number, ReadonlyMap<number, readonly Piece[]>>;
  readonly drawings: ReadonlyMap<number, ReadonlyMap<number, Content>>;
}

/** Contents of the tree by page. */
export function contentsByPage(root: Element, pageCount: number): Content[][] {
  const pages: Content[][] = Array.from({ length: pageCount }, () => []);
  const visit = (element: Element): void => {
    for (const child of element.children) {
      if (isContent(child)) pages[child.page]?.push(child);
      else visit(child);
    }
  };
  visit(root);
  return pages;
}

export function planPage(
  contents: readonly Content[],
  { running, layout, repeated }: PageArtifacts,
): PagePlan {
  const text = new Map<number, Map<number, Piece[]>>();
  const drawings = new Map<number, Map<number, Content>>();
  const add = (target: Target, order: number, spans: TextFragment['spans']): void => {
    for (const { stream, operation, from, to } of spans) {
      const pieces = entry(
        entry(text, stream, () => new Map<number, Piece[]>()),
        operation,
        () => [],
      );
      pieces.push({ from, to, target, order });
    }
  };
  for (const content of contents) {
    for (const [order, word] of content.words.entries()) add(content, order, word.spans);
    for (const { stream, operation } of content.drawings)
      entry(drawings, stream, () => new Map<number, Content>()).set(operation, content);
  }
  for (const { kind, fragment } of running)
    add(`/Artifact <</Type /Pagination /Subtype /${kind}>> BDC`, 0, fragment.spans);
  for (const { spans } of layout) add(LAYOUT, 0, spans);
  for (const { spans } of repeated) add(REPEATED, 0, spans);
  for (const operations of text.values()) for (const pieces of operations.values()) fillGaps(pieces);
  return { text, drawings };
}

/** White space belongs to what it follows. */
function fillGaps(pieces: Piece[]): void {
  pieces.sort((a, b) => a.from - b.from);
  for (const [index, piece] of pieces.entries()) {
    piece.to = pieces[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    if (index === 0) piece.from = 0;
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
