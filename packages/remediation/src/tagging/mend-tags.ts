import { PdfDict, PdfName, PdfRef } from '@libpdf/core';
import { STANDARD_TYPES } from '../checker/structure-tree.ts';
import type { OpenDocument } from '../pdf/open-document.ts';
import type { Revision } from '../pdf/revision.ts';
import type { PageStructure } from '../structure/types.ts';
import { describeAnnotation, labelField } from './annotations.ts';
import { elementTree } from './elements.ts';
import { type ReadPage, textOfLinks } from './tag-document.ts';

/**
 * Mends what an author's own tags leave open, and touches none of them: links get descriptions, form fields labels,
 * pages the tab order of their structure; standard tags are no longer mapped to others.
 */
export function mendTags(
  { objects }: OpenDocument,
  revision: Revision,
  structure: readonly PageStructure[],
  read: readonly ReadPage[],
): void {
  const catalog = objects.pdf.getCatalog();
  const root = objects.dict(catalog, 'StructTreeRoot');
  const rootRef = catalog.get('StructTreeRoot');
  const roles = objects.dict(root, 'RoleMap');
  if (root && roles && rootRef instanceof PdfRef) {
    const own = new PdfDict([...roles].filter(([key]) => !STANDARD_TYPES.has(key.value)));
    if (own.size < roles.size) {
      root.set('RoleMap', own);
      revision.change(rootRef, root);
    }
  }
  const tree = elementTree(
    structure,
    read.map((page) => page.links),
    read.flatMap((page) => page.fields),
  );
  const linkText = textOfLinks(tree);
  for (const [index, page] of objects.pdf.getPages().entries()) {
    const array = objects.list(page.dict, 'Annots');
    if (array.length === 0) continue;
    const fields = new Map(read[index]?.fields.map((field) => [field.annotation, field]));
    for (const [at, annotation] of array.entries()) {
      if (!(annotation instanceof PdfDict)) continue;
      const subtype = objects.name(annotation, 'Subtype') ?? '';
      if (subtype === 'Widget') labelField(objects, revision, annotation, fields.get(at));
      else describeAnnotation(objects, annotation, linkText.get(index)?.get(at), subtype);
      const ref = objects.reference(page.dict, 'Annots', at);
      if (ref) revision.change(ref, annotation);
    }
    page.dict.set('Tabs', PdfName.of('S'));
    revision.change(page.ref, page.dict);
  }
}
