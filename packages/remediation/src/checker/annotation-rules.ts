import { PdfDict } from '@libpdf/core';
import type { ObjectAccess } from '../pdf/object-access.ts';
import type { Findings } from './rules.ts';
import { ownerOfAnnotation, type StructureTree } from './structure-tree.ts';

const HIDDEN = 2;

/** Checks a page's annotations: their tags, descriptions and tab order. */
export function checkAnnotations(
  objects: ObjectAccess,
  tree: StructureTree | undefined,
  page: PdfDict,
  findings: Findings,
): void {
  const annotations = objects.list(page, 'Annots').filter((item) => item instanceof PdfDict);
  if (annotations.length === 0) return;
  findings.require(objects.name(page, 'Tabs') === 'S', '7.18.3-1');
  for (const annotation of annotations) {
    if (((objects.number(annotation, 'F') ?? 0) & HIDDEN) !== 0) continue;
    const subtype = objects.name(annotation, 'Subtype') ?? '';
    const owner = ownerOfAnnotation(objects, tree, annotation);
    const contents = objects.text(annotation, 'Contents') ?? '';
    const hasLanguage = annotation.has('Lang') || objects.pdf.getCatalog().has('Lang');
    findings.require(hasLanguage || !annotation.has('Contents'), '7.2-24');
    if (subtype === 'Widget') findings.require(hasLanguage || !annotation.has('TU'), '7.2-25');
    const described = contents !== '' || (objects.text(owner?.dict, 'Alt') ?? '') !== '';
    checkFile(objects, annotation, findings);
    switch (subtype) {
      case 'Widget':
        findings.require(described || hasLabel(objects, annotation), '7.18.1-3');
        findings.require(owner?.type === 'Form', '7.18.4-1');
        break;
      case 'Link':
        findings.require(owner?.type === 'Link', '7.18.5-1');
        findings.require(contents !== '', '7.18.5-2');
        findings.require(described, '7.18.1-2');
        break;
      case 'PrinterMark':
        findings.require(owner === undefined, '7.18.8-1');
        findings.require(described, '7.18.1-2');
        break;
      default:
        if (subtype === 'TrapNet') findings.fail('7.18.2-1');
        findings.require(owner?.type === 'Annot', '7.18.1-1');
        findings.require(described, '7.18.1-2');
    }
  }
}

/** A label may stand at the field or at a group that it is part of. */
function hasLabel(objects: ObjectAccess, widget: PdfDict): boolean {
  let field: PdfDict | undefined = widget;
  for (let depth = 0; field && depth < 16; depth++) {
    if ((objects.text(field, 'TU') ?? '') !== '') return true;
    field = objects.dict(field, 'Parent');
  }
  return false;
}

function checkFile(objects: ObjectAccess, annotation: PdfDict, findings: Findings): void {
  const file = objects.dict(annotation, 'FS');
  if (file) checkFileSpecification(objects, file, findings);
}

/** A file that is embedded needs both its names. */
export function checkFileSpecification(objects: ObjectAccess, file: PdfDict, findings: Findings): void {
  if (!objects.dict(file, 'EF')) return;
  const named = (key: string): boolean => (objects.text(file, key) ?? '') !== '';
  findings.require(named('F') && named('UF'), '7.11-1');
}
