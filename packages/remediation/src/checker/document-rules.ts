import { PdfDict, PdfString } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import { decodeStream } from '../pdf/bounded-decode.ts';
import type { ObjectAccess } from '../pdf/object-access.ts';
import { xmpTitle } from '../pdf/xmp.ts';
import { latin1 } from '../text/fonts/programs/embedded-font.ts';
import { checkFileSpecification } from './annotation-rules.ts';
import type { Findings } from './rules.ts';
import type { StructureTree } from './structure-tree.ts';

const LANGUAGE_TAG = /^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$/;
const MAX_NAME_TREE_NODES = 10_000;

/** Checks the header, the catalog and what it names: metadata, languages, layers, forms, attachments, protection. */
export function checkDocument(
  objects: ObjectAccess,
  bytes: Uint8Array,
  tree: StructureTree | undefined,
  budget: WorkBudget,
  findings: Findings,
): void {
  const catalog = objects.pdf.getCatalog();
  findings.require(/^%PDF-1\.[0-7](?!\d)/.test(latin1(bytes.subarray(0, 9))), '6.1-1');
  const marks = objects.dict(catalog, 'MarkInfo');
  findings.require(objects.bool(marks, 'Marked') === true, '6.2-1');
  findings.require(objects.bool(marks, 'Suspects') !== true, '7.1-4');
  findings.require(tree !== undefined, '7.1-11');
  const preferences = objects.dict(catalog, 'ViewerPreferences');
  findings.require(objects.bool(preferences, 'DisplayDocTitle') === true, '7.1-10');
  checkMetadata(objects, budget, findings);
  checkLanguages(objects, tree, findings);
  const layers = objects.dict(catalog, 'OCProperties');
  for (const item of [objects.dict(layers, 'D'), ...objects.list(layers, 'Configs')]) {
    if (!(item instanceof PdfDict)) continue;
    findings.require((objects.text(item, 'Name') ?? '') !== '', '7.10-1');
    findings.require(!item.has('AS'), '7.10-2');
  }
  checkForms(objects, budget, findings);
  checkAttachments(objects, budget, findings);
  const { securityHandler } = objects.pdf.context.info;
  findings.require(securityHandler?.permissions.accessibility !== false, '7.16-1');
}

function checkMetadata(objects: ObjectAccess, budget: WorkBudget, findings: Findings): void {
  const stream = objects.stream(objects.pdf.getCatalog(), 'Metadata');
  findings.require(stream !== undefined, '7.1-8');
  const decoded = stream && decodeStream(stream, budget);
  if (!stream) return;
  const packet = decoded ? new TextDecoder().decode(decoded) : '';
  findings.require((xmpTitle(packet) ?? '').trim() !== '', '7.1-9');
  const claim = /pdfuaid:part\s*(?:=\s*["']\s*1\s*["']|>\s*1\s*<)/.test(packet);
  findings.require(claim, '5-1');
}

function checkLanguages(objects: ObjectAccess, tree: StructureTree | undefined, findings: Findings): void {
  const catalog = objects.pdf.getCatalog();
  const bookmarks = objects.dict(objects.dict(catalog, 'Outlines'), 'First');
  findings.require(catalog.has('Lang') || !bookmarks, '7.2-2');
  for (const dict of [catalog, ...(tree?.elements ?? []).map((element) => element.dict)]) {
    const language = objects.resolve(dict.get('Lang'));
    if (!(language instanceof PdfString)) continue;
    const tag = objects.text(dict, 'Lang') ?? '';
    // The empty tag says that the language is not known, which is allowed for a part.
    findings.require(LANGUAGE_TAG.test(tag), '7.2-29');
  }
}

function checkForms(objects: ObjectAccess, budget: WorkBudget, findings: Findings): void {
  const form = objects.dict(objects.pdf.getCatalog(), 'AcroForm');
  if (!form?.has('XFA')) return;
  const parts = objects.list(form, 'XFA');
  const packet = parts
    .map((part) => (part && 'getDecodedData' in part ? decodeStream(part, budget) : undefined))
    .map((part) => (part ? new TextDecoder().decode(part) : ''))
    .join('');
  findings.require(!/<dynamicRender>\s*required/.test(packet), '7.15-1');
}

function checkAttachments(objects: ObjectAccess, budget: WorkBudget, findings: Findings): void {
  const names = objects.dict(objects.pdf.getCatalog(), 'Names');
  const nodes: PdfDict[] = [];
  const seen = new Set<PdfDict>();
  const top = objects.dict(names, 'EmbeddedFiles');
  if (top) nodes.push(top);
  for (let node = nodes.pop(); node && seen.size < MAX_NAME_TREE_NODES; node = nodes.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    budget.spend('operators', 1 + objects.length(node, 'Names') + objects.length(node, 'Kids'));
    for (const item of objects.list(node, 'Names'))
      if (item instanceof PdfDict) checkFileSpecification(objects, item, findings);
    for (const kid of objects.list(node, 'Kids')) if (kid instanceof PdfDict) nodes.push(kid);
  }
}
