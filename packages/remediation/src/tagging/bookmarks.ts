import { PdfArray, PdfDict, PdfName, PdfNumber, PdfRef, PdfString } from '@libpdf/core';
import type { Revision } from '../pdf/revision.ts';

export interface Bookmark {
  readonly level: number;
  readonly title: string;
  readonly page: PdfRef;
}

/** A document with fewer headings is found one's way in without. */
const MIN_BOOKMARKS = 2;
const MAX_BOOKMARKS = 2000;
const MAX_TITLE_CHARACTERS = 200;

interface Node {
  readonly level: number;
  readonly dict: PdfDict;
  readonly ref: PdfRef;
  readonly children: Node[];
}

/** An outline of the headings, closed below its first level; undefined when there are too few. */
export function writeBookmarks(revision: Revision, bookmarks: readonly Bookmark[]): PdfRef | undefined {
  if (bookmarks.length < MIN_BOOKMARKS) return undefined;
  const dict = PdfDict.of({ Type: PdfName.of('Outlines') });
  const root: Node = { level: 0, dict, ref: revision.add(dict), children: [] };
  const path = [root];
  for (const { level, title, page } of bookmarks.slice(0, MAX_BOOKMARKS)) {
    while (path.length > 1 && (path.at(-1)?.level ?? 0) >= level) path.pop();
    const parent = path.at(-1) ?? root;
    const entry = PdfDict.of({
      Title: PdfString.fromString(title.slice(0, MAX_TITLE_CHARACTERS).toWellFormed()),
      Parent: parent.ref,
      Dest: PdfArray.of(page, PdfName.of('Fit')),
    });
    const node: Node = { level, dict: entry, ref: revision.add(entry), children: [] };
    parent.children.push(node);
    path.push(node);
  }
  link(root, true);
  return root.ref;
}

/** @returns how many entries are below the node */
function link({ dict, children }: Node, open: boolean): number {
  const [first, last] = [children[0], children.at(-1)];
  if (!first || !last) return 0;
  let below = 0;
  for (const [index, child] of children.entries()) {
    const [previous, next] = [children[index - 1], children[index + 1]];
    if (previous) child.dict.set('Prev', previous.ref);
    if (next) child.dict.set('Next', next.ref);
    below += 1 + link(child, false);
  }
  dict.set('First', first.ref);
  dict.set('Last', last.ref);
  dict.set('Count', PdfNumber.of(open ? children.length : -below));
  return below;
}
