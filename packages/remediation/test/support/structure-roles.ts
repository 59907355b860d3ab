import { PdfDict } from '@libpdf/core';
import { WorkBudget } from '../../src/budget.ts';
import { Findings } from '../../src/checker/rules.ts';
import { readStructureTree, type StructureElement } from '../../src/checker/structure-tree.ts';
import { REMEDIATION_LIMITS } from '../../src/limits.ts';
import type { ObjectAccess } from '../../src/pdf/object-access.ts';
import { openDocument } from '../../src/pdf/open-document.ts';

/** How many elements of each type the structure tree of a file has: one that goes on over pages is one. */
export async function rolesOf(pdf: Uint8Array): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const type of await typesOf(pdf)) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Types of the elements of the structure tree, in its order. */
export async function typesOf(pdf: Uint8Array): Promise<string[]> {
  return (await treeOf(pdf)).elements.map(({ type }) => type);
}

/** What elements of the structure tree are read as, of those that say it, in the order of the tree. */
export async function actualTextsOf(pdf: Uint8Array): Promise<string[]> {
  const { objects, elements } = await treeOf(pdf);
  return elements.flatMap(({ dict }) => objects.text(dict, 'ActualText') ?? []);
}

/** What the annotations of a file say of themselves, those of its pages one after the other. */
export async function descriptionsOf(pdf: Uint8Array): Promise<string[]> {
  const { objects } = await treeOf(pdf);
  return objects.pdf
    .getPages()
    .flatMap(({ dict }) =>
      objects
        .list(dict, 'Annots')
        .flatMap((item) => (item instanceof PdfDict ? (objects.text(item, 'Contents') ?? []) : [])),
    );
}

async function treeOf(
  pdf: Uint8Array,
): Promise<{ objects: ObjectAccess; elements: readonly StructureElement[] }> {
  const budget = new WorkBudget(REMEDIATION_LIMITS);
  const { objects } = await openDocument(pdf, budget);
  return { objects, elements: readStructureTree(objects, budget, new Findings())?.elements ?? [] };
}
