import {
  PdfArray,
  PdfBool,
  PdfDict,
  PdfName,
  PdfNull,
  PdfNumber,
  type PdfObject,
  PdfRef,
  PdfString,
} from '@libpdf/core';
import type { ObjectAccess } from '../pdf/object-access.ts';
import type { Revision } from '../pdf/revision.ts';
import { inverse, type Matrix, transform } from '../text/matrix.ts';
import type { TaggedAnnotation } from './annotations.ts';
import { type Content, type Element, isContent, MAPPED_TYPES } from './elements.ts';
import type { MarkedPage, ParentKeys } from './mark-pages.ts';

export interface StructureInput {
  readonly objects: ObjectAccess;
  readonly revision: Revision;
  readonly keys: ParentKeys;
  readonly root: Element;
  readonly pages: readonly {
    readonly ref: PdfRef;
    readonly base: Matrix;
    readonly marked: MarkedPage | undefined;
  }[];
  readonly annotations: readonly TaggedAnnotation[];
}

/** Entries of one leaf of the parent tree. */
const PARENT_TREE_LEAF = 200;

/** Writes the structure tree, the parent tree and the catalog's entries for them. */
export function writeStructure(input: StructureInput): void {
  const { objects, revision, keys } = input;
  const catalog = objects.pdf.getCatalog();
  const treeRoot = PdfDict.of({ Type: PdfName.of('StructTreeRoot') });
  const treeRef = revision.add(treeRoot);
  const writer = new ElementWriter(input);
  const documentRef = writer.write(input.root, treeRef);
  treeRoot.set('K', documentRef ?? PdfNull.instance);
  const mapped = Object.entries(MAPPED_TYPES).filter(([type]) => writer.types.has(type));
  if (mapped.length > 0)
    treeRoot.set(
      'RoleMap',
      PdfDict.of(Object.fromEntries(mapped.map(([type, known]) => [type, PdfName.of(known)]))),
    );

  const parents: { key: number; value: PdfObject }[] = writer.annotationParents.map(({ key, parent }) => ({
    key,
    value: parent,
  }));
  for (const { key, owners } of keys.streams) {
    const refs = owners.map((owner) => (owner && writer.parents.get(owner)) ?? PdfNull.instance);
    // An indirect object, because readers look these up one at a time.
    parents.push({ key, value: new PdfArray(refs) });
  }
  treeRoot.set(
    'ParentTree',
    parentTree(
      revision,
      parents.sort((a, b) => a.key - b.key),
    ),
  );
  if (writer.ids.size > 0) {
    const names = [...writer.ids].sort(([a], [b]) => (a < b ? -1 : 1));
    const tree = new PdfArray(names.flatMap(([id, ref]) => [PdfString.fromString(id), ref]));
    treeRoot.set('IDTree', revision.add(PdfDict.of({ Names: tree })));
  }
  treeRoot.set('ParentTreeNextKey', PdfNumber.of(keys.next));
  catalog.set('StructTreeRoot', treeRef);
  catalog.set('MarkInfo', PdfDict.of({ Marked: PdfBool.of(true) }));
}

function parentTree(revision: Revision, entries: readonly { key: number; value: PdfObject }[]): PdfRef {
  const leaf = (part: typeof entries): PdfArray =>
    PdfArray.of(...part.flatMap(({ key, value }) => [PdfNumber.of(key), value]));
  if (entries.length <= PARENT_TREE_LEAF) return revision.add(PdfDict.of({ Nums: leaf(entries) }));
  const kids: PdfRef[] = [];
  for (let from = 0; from < entries.length; from += PARENT_TREE_LEAF) {
    const part = entries.slice(from, from + PARENT_TREE_LEAF);
    const limits = PdfArray.of(PdfNumber.of(part[0]?.key ?? 0), PdfNumber.of(part.at(-1)?.key ?? 0));
    kids.push(revision.add(PdfDict.of({ Limits: limits, Nums: leaf(part) })));
  }
  return revision.add(PdfDict.of({ Kids: new PdfArray(kids) }));
}

class ElementWriter {
  readonly parents = new Map<Content, PdfRef>();
  /** Elements that are called by name. */
  readonly ids = new Map<string, PdfRef>();
  /** Types of the elements that were written. */
  readonly types = new Set<string>();
  readonly annotationParents: { key: number; parent: PdfRef }[] = [];
  readonly #placed = new Set<TaggedAnnotation>();
  readonly #input: StructureInput;
  readonly #annotations: ReadonlyMap<string, TaggedAnnotation>;

  constructor(input: StructureInput) {
    this.#input = input;
    this.#annotations = new Map(input.annotations.map((item) => [`${item.page}/${item.index}`, item]));
  }

  /** @returns undefined for an element that would hold nothing */
  write(element: Element, parent: PdfRef): PdfRef | undefined {
    if (!this.#holdsAnything(element)) return undefined;
    const { revision, pages } = this.#input;
    const dict = PdfDict.of({ Type: PdfName.of('StructElem'), S: PdfName.of(element.tag), P: parent });
    const ref = revision.add(dict);
    this.types.add(element.tag);
    const pageIndex = element.annotation?.page ?? element.children.find(isContent)?.page;
    const page = pageIndex === undefined ? undefined : pages[pageIndex]?.ref;
    if (page) dict.set('Pg', page);
    const kids: PdfObject[] = [];
    for (const child of element.children) {
      if (isContent(child)) {
        this.parents.set(child, ref);
        for (const reference of this.#references(child, pageIndex)) kids.push(reference);
      } else {
        const kid = this.write(child, ref);
        if (kid) kids.push(kid);
      }
    }
    const annotation = this.#annotationOf(element);
    if (annotation) {
      this.#placed.add(annotation);
      kids.push(this.#objectReference(annotation, ref));
    }
    if (element.tag === 'Document') for (const other of this.#otherAnnotations(ref)) kids.push(other);
    const [only] = kids;
    if (only) dict.set('K', kids.length === 1 ? only : new PdfArray(kids));
    this.#describe(element, dict, ref);
    return ref;
  }

  #holdsAnything(element: Element): boolean {
    // A cell keeps its place in the row.
    if (element.tag === 'Document' || element.cell || this.#annotationOf(element)) return true;
    return element.children.some((child) =>
      isContent(child) ? child.marks.length > 0 : this.#holdsAnything(child),
    );
  }

  #annotationOf({ annotation }: Element): TaggedAnnotation | undefined {
    return annotation && this.#annotations.get(`${annotation.page}/${annotation.index}`);
  }

  #references(content: Content, pageIndex: number | undefined): PdfObject[] {
    const page = this.#input.pages[content.page];
    return [...content.marks]
      .sort((a, b) => a.order - b.order)
      .map((mark) => {
        const form = page?.marked?.forms.get(mark.stream);
        if (!form && content.page === pageIndex) return PdfNumber.of(mark.mcid);
        const reference = PdfDict.of({ Type: PdfName.of('MCR'), MCID: PdfNumber.of(mark.mcid) });
        if (page) reference.set('Pg', page.ref);
        if (form) reference.set('Stm', form);
        return reference;
      });
  }

  #objectReference(annotation: TaggedAnnotation, parent: PdfRef): PdfDict {
    this.annotationParents.push({ key: annotation.key, parent });
    const reference = PdfDict.of({ Type: PdfName.of('OBJR'), Obj: annotation.ref });
    const page = this.#input.pages[annotation.page];
    if (page) reference.set('Pg', page.ref);
    return reference;
  }

  /** Notes and the like, which no text stands for. */
  #otherAnnotations(parent: PdfRef): PdfRef[] {
    const { annotations, pages, revision } = this.#input;
    return annotations
      .filter((annotation) => annotation.kind !== 'Link' && !this.#placed.has(annotation))
      .map((annotation) => {
        const dict = PdfDict.of({
          Type: PdfName.of('StructElem'),
          S: PdfName.of(annotation.kind),
          P: parent,
        });
        const ref = revision.add(dict);
        const page = pages[annotation.page];
        if (page) dict.set('Pg', page.ref);
        dict.set('K', this.#objectReference(annotation, ref));
        return ref;
      });
  }

  #describe(element: Element, dict: PdfDict, ref: PdfRef): void {
    const { alt, actualText, cell, numbering, figure, id, language } = element;
    if (language !== undefined) dict.set('Lang', PdfString.fromString(language));
    if (id !== undefined) {
      dict.set('ID', PdfString.fromString(id));
      this.ids.set(id, ref);
    }
    if (alt !== undefined) dict.set('Alt', PdfString.fromString(alt));
    if (actualText !== undefined) dict.set('ActualText', PdfString.fromString(actualText));
    if (numbering) dict.set('A', PdfDict.of({ O: PdfName.of('List'), ListNumbering: PdfName.of(numbering) }));
    if (cell) {
      const attributes = PdfDict.of({ O: PdfName.of('Table') });
      if (cell.scope) attributes.set('Scope', PdfName.of(cell.scope === 'column' ? 'Column' : 'Row'));
      if (cell.columns > 1) attributes.set('ColSpan', PdfNumber.of(cell.columns));
      if (cell.rows > 1) attributes.set('RowSpan', PdfNumber.of(cell.rows));
      if (attributes.size > 1) dict.set('A', attributes);
    }
    const base = figure && this.#input.pages[figure.page]?.base;
    const back = base && inverse(base);
    if (!figure || !back) return;
    const [ax, ay] = transform(back, figure.box.x0, figure.box.y0);
    const [bx, by] = transform(back, figure.box.x1, figure.box.y1);
    const box = [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
    const numbers = box.map((value) => PdfNumber.of(Math.round(value * 100) / 100));
    dict.set(
      'A',
      PdfDict.of({ O: PdfName.of('Layout'), Placement: PdfName.of('Block'), BBox: PdfArray.of(...numbers) }),
    );
  }
}
