import type { PdfDict } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import type { TextFragment } from '../text/text-pen.ts';
import type { FormField } from './form-fields.ts';
import { type FieldPlace, LabelFinder } from './label-finder.ts';

/** What a form field is called, and where in the text it is read. */
export interface LabelledField {
  readonly page: number;
  /** Its place among the page's annotations. */
  readonly annotation: number;
  readonly kind: FormField['kind'];
  readonly text: string;
  /** What is filled in, if anything may be shown. */
  readonly value: string | undefined;
  readonly checked: boolean;
  /** Where the label is from: the file itself, text beside the field, or only the field's name. */
  readonly from: 'file' | 'text' | 'name';
  /** One of several widgets of a field: the label is of this one alone. */
  readonly shared: boolean;
  /** What all widgets of the field are called: of radio buttons, what they are a choice of. */
  readonly groupText: string | undefined;
  readonly place: FieldPlace | undefined;
}

/** How many comparisons take the time of one operator. */
const COMPARISONS_OF_OPERATOR = 64;
/** What a blank to be filled in is drawn with. */
const BLANK = /^[\s_.…:-]+$/u;

/**
 * Finds for each field of a page the text that says what belongs in it: on a push button, what stands on it; right of
 * check boxes and radio buttons, left of and above others. A field without such text gets its own name made readable.
 *
 * @param fragments text of the page
 * @throws RemediationRefused `pdf_too_complex` when the budget is used up
 */
export function labelFields(
  fields: readonly FormField[],
  fragments: readonly TextFragment[],
  page: number,
  budget: WorkBudget,
): LabelledField[] {
  const text = fragments.filter((fragment) => fragment.quarter === 0 && !BLANK.test(fragment.text));
  const finder = new LabelFinder(text, fields);
  const found = new Map(
    fields.map((field) => {
      // Each field looks at all text and all fields of its page.
      budget.spend('operators', Math.ceil((text.length + fields.length) / COMPARISONS_OF_OPERATOR));
      return [field, finder.find(field)];
    }),
  );
  const taken = new Set([...found.values()].flatMap((label) => label?.words ?? []));
  const groups = new Map<PdfDict, string | undefined>();
  for (const field of fields) {
    const { group, kind } = field;
    if (!group || kind !== 'radio' || groups.has(group)) continue;
    const members = fields.filter((other) => other.group === group);
    groups.set(group, finder.findGroup(members, taken)?.text);
  }
  return fields.map((field): LabelledField => {
    const label = found.get(field);
    const { stated, group, annotation } = field;
    const own = field.caption ?? label?.text;
    return {
      page,
      annotation,
      kind: field.kind,
      value: field.value,
      checked: field.checked,
      text: stated ?? own ?? readableName(field.name),
      from: stated === undefined ? (own === undefined ? 'name' : 'text') : 'file',
      shared: group !== undefined,
      groupText: group && (field.kind === 'radio' ? groups.get(group) : own),
      place: label?.place ?? finder.placeWithoutLabel(field),
    };
  });
}

/** `form1[0].firstName_2` as `First Name 2`. */
function readableName(name: string | undefined): string {
  const last = (name ?? '').split('.').at(-1) ?? '';
  const words = last
    .replace(/\[\d+\]|^#/g, '')
    .replace(/[_\-+/\\]+/g, ' ')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/\s+/g, ' ')
    .trim();
  return words === '' ? 'Form field' : words[0]?.toUpperCase() + words.slice(1);
}
