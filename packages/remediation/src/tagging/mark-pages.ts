import { PdfDict, PdfName, PdfNumber, type PdfRef } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import { decodeStream } from '../pdf/bounded-decode.ts';
import type { ObjectAccess } from '../pdf/object-access.ts';
import type { Revision } from '../pdf/revision.ts';
import { readPageContent } from '../text/page-content.ts';
import type { StreamUse } from '../text/page-text.ts';
import type { Content } from './elements.ts';
import { type MarkedStream, markContent } from './mark-content.ts';
import type { PagePlan } from './page-plan.ts';

/** Parents of marked content, and of annotations, by the key that stands in their object. */
export class ParentKeys {
  readonly streams: { readonly key: number; readonly owners: readonly (Content | undefined)[] }[] = [];
  #next = 0;

  get next(): number {
    return this.#next;
  }

  take(): PdfNumber {
    return PdfNumber.of(this.#next++);
  }

  takeFor(owners: readonly (Content | undefined)[]): PdfNumber {
    this.streams.push({ key: this.#next, owners });
    return this.take();
  }
}

export interface MarkedPage {
  /** Object of each content stream that was marked inside, by its number; the page's own is not among them. */
  readonly forms: ReadonlyMap<number, PdfRef>;
}

interface Writer {
  readonly objects: ObjectAccess;
  readonly revision: Revision;
  readonly budget: WorkBudget;
  readonly keys: ParentKeys;
}

/**
 * Writes marked content into a page and the forms that it draws.
 *
 * A form is drawn from a copy of its own each time, because its marked content has one parent only; forms without
 * tagged content become artifacts as they are.
 *
 * @returns undefined when a stream cannot be decoded; nothing has been changed then
 */
export function markPage(
  writer: Writer,
  page: PdfDict,
  streams: readonly StreamUse[],
  plan: PagePlan,
): MarkedPage | undefined {
  const { objects, revision, budget, keys } = writer;
  const own = readPageContent(objects, page, budget);
  const [first] = streams;
  if (!own.complete || !first) return undefined;
  const tagged = streamsWithContent(streams, plan);
  const decoded = new Map<number, Uint8Array>([[first.id, own.bytes]]);
  for (const use of streams) {
    if (!use.form || !tagged.has(use.id)) continue;
    const bytes = decodeStream(use.form, budget);
    if (!bytes) return undefined;
    decoded.set(use.id, bytes);
  }
  const forms = new Map<number, PdfRef>();
  const childrenOf = Map.groupBy(streams, ({ parent }) => parent);
  const copyName = (id: number): string => `SluiceForm${id}`;
  let firstMcid = 0;
  const mark = (use: StreamUse): MarkedStream => {
    const children = new Map(childrenOf.get(use.id)?.map((child) => [child.operation, child]));
    const properties = objects.dict(use.resources, 'Properties');
    const marked = markContent(decoded.get(use.id) ?? new Uint8Array(), {
      stream: use.id,
      firstMcid,
      text: plan.text.get(use.id),
      drawings: plan.drawings.get(use.id),
      hasMcid: (name) => objects.dict(properties, name)?.has('MCID') ?? false,
      form: (operation) => {
        const child = children.get(operation);
        return child && tagged.has(child.id) ? copyName(child.id) : undefined;
      },
    });
    firstMcid = marked.owners.length > MAX_SHARED_MCIDS ? 0 : marked.owners.length;
    return marked;
  };
  const withCopies = (use: StreamUse): PdfDict | undefined => {
    const copies = childrenOf.get(use.id)?.filter((child) => forms.has(child.id)) ?? [];
    if (copies.length === 0) return use.resources;
    const resources = use.resources?.clone() ?? new PdfDict();
    const xObjects = objects.dict(resources, 'XObject')?.clone() ?? new PdfDict();
    for (const child of copies) xObjects.set(copyName(child.id), forms.get(child.id) ?? PdfNumber.of(0));
    resources.set('XObject', xObjects);
    return resources;
  };
  // A form is numbered after what draws it: from the end, what is inside comes first.
  for (const use of [...streams].reverse()) {
    if (!use.form || !tagged.has(use.id)) continue;
    const { bytes, owners } = mark(use);
    const dict = new PdfDict([...use.form].filter(([key]) => !STREAM_KEYS.has(key.value)));
    const resources = withCopies(use);
    if (resources) dict.set('Resources', resources);
    if (owners.some(Boolean)) dict.set('StructParents', keys.takeFor(owners));
    forms.set(use.id, revision.addStream(dict, bytes));
  }
  const { bytes, owners } = mark(first);
  page.set('Contents', revision.addStream(new PdfDict(), bytes));
  const resources = withCopies(first);
  if (resources && resources !== first.resources) page.set('Resources', resources);
  page.set('StructParents', keys.takeFor(owners));
  page.set('Tabs', PdfName.of('S'));
  return { forms };
}

/** From so many on, ids of marked content begin at 0 again: the list of owners of each form holds all that come before its own. */
const MAX_SHARED_MCIDS = 250;
const STREAM_KEYS = new Set(['Length', 'Filter', 'DecodeParms', 'StructParents', 'StructParent']);

/** Streams that hold tagged content, or draw one that does. */
function streamsWithContent(streams: readonly StreamUse[], plan: PagePlan): ReadonlySet<number> {
  const tagged = new Set<number>(plan.drawings.keys());
  for (const [stream, operations] of plan.text) {
    const pieces = [...operations.values()].flat();
    if (pieces.some(({ target }) => typeof target !== 'string')) tagged.add(stream);
  }
  for (const use of [...streams].reverse()) if (use.parent >= 0 && tagged.has(use.id)) tagged.add(use.parent);
  return tagged;
}
