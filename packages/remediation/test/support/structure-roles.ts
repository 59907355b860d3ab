import { WorkBudget } from '../../src/budget.ts';
import { Findings } from '../../src/checker/rules.ts';
import { readStructureTree } from '../../src/checker/structure-tree.ts';
import { REMEDIATION_LIMITS } from '../../src/limits.ts';
import { openDocument } from '../../src/pdf/open-document.ts';

/** How many elements of each type the structure tree of a file has: one that goes on over pages is one. */
export async function rolesOf(pdf: Uint8Array): Promise<Record<string, number>> {
  const budget = new WorkBudget(REMEDIATION_LIMITS);
  const { objects } = await openDocument(pdf, budget);
  const counts: Record<string, number> = {};
  for (const { type } of readStructureTree(objects, budget, new Findings())?.elements ?? [])
    counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
