import { PdfArray, PdfDict, PdfName, PdfRef, PdfString } from '@libpdf/core';
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
const MAX_DESCRIPTION_CHARACTERS = 300;

/**
 * Gives a page's annotations their keys and, where they have none, descriptions.
 *
 * @param linkText text under a link, by the link's place among the annotations
 */
export function prepareAnnotations(
  { objects, revision, keys }: { objects: ObjectAccess; revision: Revision; keys: ParentKeys },
  page: PdfDict,
  pageIndex: number,
  linkText: ReadonlyMap<number, string>,
): TaggedAnnotation[] {
  const array = objects.resolve(page.get('Annots'));
  if (!(array instanceof PdfArray)) return [];
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
    if (kind === 'Form') nameField(objects, revision, annotation, ref);
    else describe(objects, annotation, kind === 'Link' ? linkText.get(index) : undefined, subtype);
    revision.change(ref, annotation);
    tagged.push({ page: pageIndex, index, kind, ref, key: key.value });
  }
  page.set('Annots', PdfArray.of(...items));
  page.set('Tabs', PdfName.of('S'));
  return tagged;
}

function describe(
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

/** A field that says nothing to its reader gets its own name, for want of a better one. */
function nameField(objects: ObjectAccess, revision: Revision, widget: PdfDict, ref: PdfRef): void {
  let field: PdfDict | undefined = widget;
  let fieldRef: PdfRef | undefined = ref;
  let named: { dict: PdfDict; ref: PdfRef; name: string } | undefined;
  for (let depth = 0; field && depth < 16; depth++) {
    if ((objects.text(field, 'TU') ?? '').trim() !== '') return;
    const name = (objects.text(field, 'T') ?? '').trim();
    if (!named && name !== '' && fieldRef) named = { dict: field, ref: fieldRef, name };
    const parent: unknown = field.get('Parent');
    fieldRef = parent instanceof PdfRef ? parent : undefined;
    field = objects.dict(field, 'Parent');
  }
  const label = PdfString.fromString(named?.name ?? 'Form field');
  widget.set('TU', label);
  if (!named || named.dict === widget) return;
  named.dict.set('TU', label);
  revision.change(named.ref, named.dict);
}
