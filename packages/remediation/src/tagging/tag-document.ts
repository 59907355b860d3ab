import type { PdfRef } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import type { LabelledField } from '../forms/label-fields.ts';
import type { OpenDocument } from '../pdf/open-document.ts';
import type { Revision } from '../pdf/revision.ts';
import { repeatedWords } from '../structure/tables/repeated-rows.ts';
import { type LinkArea, type PageStructure, plainText } from '../structure/types.ts';
import type { Matrix } from '../text/matrix.ts';
import type { StreamUse } from '../text/page-text.ts';
import { textOf } from './actual-text.ts';
import { prepareAnnotations, type TaggedAnnotation } from './annotations.ts';
import { type Bookmark, writeBookmarks } from './bookmarks.ts';
import { type Content, type Element, elementTree, isContent } from './elements.ts';
import { type MarkedPage, markPage, ParentKeys } from './mark-pages.ts';
import { contentsByPage, type PageArtifacts, planPage } from './page-plan.ts';
import { writeStructure } from './write-structure.ts';

/** What reading a page left behind for writing it. */
export interface ReadPage extends Omit<PageArtifacts, 'repeated'> {
  readonly base: Matrix;
  readonly streams: readonly StreamUse[];
  readonly links: readonly LinkArea[];
  readonly fields: readonly LabelledField[];
  /** A part of it could not be decoded: it stays as it is. */
  readonly unreadable: boolean;
}

/**
 * Makes an untagged document a tagged one: marked content around what is drawn, a structure tree of its blocks, keys
 * and descriptions for its annotations, bookmarks of its headings.
 *
 * @param structure blocks of each page
 * @returns pages that could not be marked
 */
export function tagDocument(
  document: OpenDocument,
  revision: Revision,
  structure: readonly PageStructure[],
  read: readonly ReadPage[],
  budget: WorkBudget,
): { untaggedPages: number } {
  const { objects } = document;
  const keys = new ParentKeys();
  const root = elementTree(
    structure,
    read.map((page) => page.links),
    read.flatMap((page) => page.fields),
  );
  const contents = contentsByPage(root, read.length);
  const linkText = textOfLinks(root);
  const repeated = repeatedWords(structure);
  const pages: { ref: PdfRef; base: Matrix; marked: MarkedPage | undefined }[] = [];
  const annotations: TaggedAnnotation[] = [];
  for (const [index, page] of objects.pdf.getPages().entries()) {
    budget.checkTime();
    const source = read[index];
    if (!source) continue;
    const plan = planPage(contents[index] ?? [], { ...source, repeated: repeated.get(index) ?? [] });
    const marked = source.unreadable
      ? undefined
      : markPage({ objects, revision, budget, keys }, page.dict, source.streams, plan);
    const own = prepareAnnotations({ objects, revision, keys }, page.dict, index, {
      links: linkText.get(index) ?? new Map(),
      fields: source.fields,
    });
    for (const annotation of own) annotations.push(annotation);
    revision.change(page.ref, page.dict);
    pages.push({ ref: page.ref, base: source.base, marked });
  }
  writeStructure({ objects, revision, keys, root, pages, annotations });
  addBookmarks(document, revision, structure, pages);
  return { untaggedPages: pages.filter((page) => !page.marked).length };
}

function addBookmarks(
  { objects }: OpenDocument,
  revision: Revision,
  structure: readonly PageStructure[],
  pages: readonly { ref: PdfRef }[],
): void {
  const catalog = objects.pdf.getCatalog();
  if (objects.dict(objects.dict(catalog, 'Outlines'), 'First')) return;
  const bookmarks = structure.flatMap(({ blocks }, index) =>
    blocks.flatMap((block): Bookmark[] => {
      const page = pages[index]?.ref;
      if ((block.kind !== 'heading' && block.kind !== 'title') || !page) return [];
      // A title is beside the chapters: below it all of them would be closed.
      const level = block.kind === 'title' ? 1 : block.level;
      return [{ level, title: plainText(block.content).trim(), page }];
    }),
  );
  const outline = writeBookmarks(revision, bookmarks);
  if (outline) catalog.set('Outlines', outline);
}

/** Text of each link, by page and place among the page's annotations. */
export function textOfLinks(root: Element): ReadonlyMap<number, ReadonlyMap<number, string>> {
  const pages = new Map<number, Map<number, string>>();
  const visit = (element: Element): void => {
    if (element.annotation) {
      const { page, index } = element.annotation;
      const texts = pages.get(page) ?? new Map<number, string>();
      const own = contentsOf(element).map(({ page: on, words }) => textOf(words, on));
      texts.set(index, own.join(' '));
      pages.set(page, texts);
    }
    for (const child of element.children) if (!isContent(child)) visit(child);
  };
  visit(root);
  return pages;
}

/** What stands in an element itself, and not in those inside of it. */
function contentsOf({ children }: Element): Content[] {
  return children.flatMap((child) => {
    if (isContent(child)) return [child];
    return child.actualText === undefined ? [] : contentsOf(child);
  });
}
