import { PdfArray, PdfDict, PdfName, PdfRef, PdfString } from '@libpdf/core';
import type { LabelledField } from '../forms/label-fields.ts';
import { MAX_DESCRIPTION_CHARACTERS } from '../pdf/links.ts';
import type { ObjectAccess } from '../pdf/object-access.ts';
import type { Revision } from '../pdf/revision.ts';
import type { ParentKeys } from './mark-pages.ts';

/** An annotation that takes part in the structure. */
export interface TaggedAnnotation {
  readonly page: number;
  /** Its place among the page's annotations. */
  readonly index: number;
  readonly kind: 'Link' | 'Form' | 'Annot';
  readonly ref: PdfRef;
  readonly key: number;
}

const HIDDEN = 2;
const NOT_TAGGED = new Set(['PrinterMark', 'TrapNet']);

/**
 * Gives a page's annotations their keys and, where they have none, descriptions.
 *
 * @param texts text under a link, by the link's place among the annotations, and what the form fields are called
 */
export function prepareAnnotations(
  { objects, revision, keys }: { objects: ObjectAccess; revision: Revision; keys: ParentKeys },
  page: PdfDict,
  pageIndex: number,
  texts: { links: ReadonlyMap<number, string>; fields: readonly LabelledField[] },
): TaggedAnnotation[] {
  const array = objects.resolve(page.get('Annots'));
  if (!(array instanceof PdfArray)) return [];
  const fields = new Map(texts.fields.map((field) => [field.annotation, field]));
  const tagged: TaggedAnnotation[] = [];
  const items = array.toArray();
  for (const [index, item] of items.entries()) {
    const annotation = objects.resolve(item);
    if (!(annotation instanceof PdfDict)) continue;
    const subtype = objects.name(annotation, 'Subtype') ?? '';
    const hidden = ((objects.number(annotation, 'F') ?? 0) & HIDDEN) !== 0;
    if (hidden || NOT_TAGGED.has(subtype)) continue;
    // Structure can only point at an object of its own.
    const ref = item instanceof PdfRef ? item : revision.add(annotation);
    items[index] = ref;
    const key = keys.take();
    annotation.set('StructParent', key);
    const kind = subtype === 'Link' ? 'Link' : subtype === 'Widget' ? 'Form' : 'Annot';
    if (kind === 'Form') labelField(objects, revision, annotation, fields.get(index));
    else
      describeAnnotation(objects, annotation, kind === 'Link' ? texts.links.get(index) : undefined, subtype);
    revision.change(ref, annotation);
    tagged.push({ page: pageIndex, index, kind, ref, key: key.value });
  }
  page.set('Annots', new PdfArray(items));
  page.set('Tabs', PdfName.of('S'));
  return tagged;
}

/** Gives an annotation that says nothing to its reader a description: its text, or where it leads. */
export function describeAnnotation(
  objects: ObjectAccess,
  annotation: PdfDict,
  text: string | undefined,
  subtype: string,
): void {
  if ((objects.text(annotation, 'Contents') ?? '').trim() !== '') return;
  const target = objects.text(objects.dict(annotation, 'A'), 'URI');
  // A pop-up shows what the note says that it belongs to.
  const note = subtype === 'Popup' ? objects.text(objects.dict(annotation, 'Parent'), 'Contents') : undefined;
  const words =
    text?.trim() || note?.trim() || target?.trim() || (subtype === 'Link' ? 'Link' : `${subtype} annotation`);
  annotation.set('Contents', PdfString.fromString(words.slice(0, MAX_DESCRIPTION_CHARACTERS).toWellFormed()));
}

/**
 * Gives a field that says nothing to its reader its label. One of several widgets has its own in the structure, where
 * it is of this widget alone, and the field that they share the label of all.
 */
export function labelField(
  objects: ObjectAccess,
  revision: Revision,
  widget: PdfDict,
  label: LabelledField | undefined,
): void {
  if (label?.from === 'file') return;
  const text = PdfString.fromString((label?.text ?? 'Form field').toWellFormed());
  if (!label?.shared) {
    widget.set('TU', text);
    return;
  }
  const parent: unknown = widget.get('Parent');
  const group = objects.dict(widget, 'Parent');
  if (!(parent instanceof PdfRef) || !group || group.has('TU') || label.groupText === undefined) return;
  group.set('TU', PdfString.fromString(label.groupText.toWellFormed()));
  revision.change(parent, group);
}
