import { PdfDict } from '@libpdf/core';
import type { ObjectAccess } from '../pdf/object-access.ts';
import type { Box } from '../text/drawings.ts';
import { type Matrix, transform } from '../text/matrix.ts';

/** A form field as a page shows it: one widget. */
export interface FormField extends Box {
  /** Its place among the page's annotations. */
  readonly annotation: number;
  readonly kind: 'text' | 'choice' | 'check' | 'radio' | 'push' | 'signature';
  /** What the file says that its label is (`TU`, of the widget or a field above it, or the widget's `Contents`). */
  readonly stated: string | undefined;
  /** What is written on a push button. */
  readonly caption: string | undefined;
  /** The last part of its name (`T`), or of a radio button what it stands for. */
  readonly name: string | undefined;
  /** What is filled in; undefined for nothing, and for passwords. */
  readonly value: string | undefined;
  /** A box or button that is on. */
  readonly checked: boolean;
  /** The field of several widgets that this is one of. */
  readonly group: PdfDict | undefined;
}

const HIDDEN = 2;
const RADIO = 1 << 15;
const PUSH_BUTTON = 1 << 16;
const PASSWORD = 1 << 13;
const MAX_DEPTH = 16;
/** Annotations beyond this number on one page are not looked at. */
const MAX_ANNOTATIONS = 2000;

/**
 * The form fields that a page shows, in the rotated coordinates of its text.
 *
 * @param base from the page's own coordinates to the rotated ones
 */
export function readFormFields(objects: ObjectAccess, page: PdfDict, base: Matrix): FormField[] {
  const fields: FormField[] = [];
  for (const [index, annotation] of objects.list(page, 'Annots').slice(0, MAX_ANNOTATIONS).entries()) {
    if (!(annotation instanceof PdfDict) || objects.name(annotation, 'Subtype') !== 'Widget') continue;
    if (((objects.number(annotation, 'F') ?? 0) & HIDDEN) !== 0) continue;
    const chain = fieldsAbove(objects, annotation);
    const kind = kindOf(objects, chain);
    const [xa = 0, ya = 0, xb = 0, yb = 0] = objects.numbers(annotation, 'Rect');
    const [ax, ay] = transform(base, xa, ya);
    const [bx, by] = transform(base, xb, yb);
    fields.push({
      x0: Math.min(ax, bx),
      y0: Math.min(ay, by),
      x1: Math.max(ax, bx),
      y1: Math.max(ay, by),
      annotation: index,
      kind,
      stated: filled(objects.text(annotation, 'Contents')) ?? firstText(objects, chain, 'TU'),
      caption: kind === 'push' ? filled(objects.text(objects.dict(annotation, 'MK'), 'CA')) : undefined,
      name:
        (kind === 'radio' ? exportState(objects, annotation) : undefined) ?? firstText(objects, chain, 'T'),
      value: valueOf(objects, chain),
      checked: (objects.name(annotation, 'AS') ?? 'Off') !== 'Off',
      group: annotation.has('T') ? undefined : objects.dict(annotation, 'Parent'),
    });
  }
  return fields;
}

/** A widget and the fields that it is a part of, from the inside out. */
function fieldsAbove(objects: ObjectAccess, widget: PdfDict): PdfDict[] {
  const chain: PdfDict[] = [];
  let field: PdfDict | undefined = widget;
  while (field && chain.length < MAX_DEPTH) {
    chain.push(field);
    field = objects.dict(field, 'Parent');
  }
  return chain;
}

function kindOf(objects: ObjectAccess, chain: readonly PdfDict[]): FormField['kind'] {
  const holder = (key: string): PdfDict | undefined => chain.find((field) => field.has(key));
  const type = objects.name(holder('FT'), 'FT');
  const flags = objects.number(holder('Ff'), 'Ff') ?? 0;
  if (type === 'Ch') return 'choice';
  if (type === 'Sig') return 'signature';
  if (type !== 'Btn') return 'text';
  if ((flags & PUSH_BUTTON) !== 0) return 'push';
  return (flags & RADIO) === 0 ? 'check' : 'radio';
}

function valueOf(objects: ObjectAccess, chain: readonly PdfDict[]): string | undefined {
  const flags = objects.number(
    chain.find((field) => field.has('Ff')),
    'Ff',
  );
  return ((flags ?? 0) & PASSWORD) === 0 ? firstText(objects, chain, 'V') : undefined;
}

function firstText(objects: ObjectAccess, chain: readonly PdfDict[], key: string): string | undefined {
  for (const field of chain) {
    const text = filled(objects.text(field, key));
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The value that a button stands for when it is on. */
function exportState(objects: ObjectAccess, widget: PdfDict): string | undefined {
  const states = objects.dict(objects.dict(widget, 'AP'), 'N');
  return states && [...states].map(([name]) => name.value).find((name) => name !== 'Off');
}

function filled(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}
