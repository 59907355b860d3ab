import type { WorkBudget } from '../budget.ts';
import type { OpenDocument } from '../pdf/open-document.ts';
import type { UsedFont } from '../text/fonts/font-cache.ts';
import { checkAnnotations } from './annotation-rules.ts';
import { ContentRules } from './content-rules.ts';
import { checkDocument } from './document-rules.ts';
import { checkFonts } from './font-rules.ts';
import { type Conformance, Findings } from './rules.ts';
import { checkStructure } from './structure-rules.ts';
import { readStructureTree } from './structure-tree.ts';

/**
 * Checks a document against the conditions of PDF/UA-1 in rules.ts.
 *
 * @param bytes the file that the document was opened from
 * @param fonts fonts of the document, all of its text read
 * @throws RemediationRefused `pdf_too_complex` when the budget is used up
 */
export function checkConformance(
  { objects }: OpenDocument,
  bytes: Uint8Array,
  fonts: readonly UsedFont[],
  budget: WorkBudget,
): Conformance {
  const findings = new Findings();
  const tree = readStructureTree(objects, budget, findings);
  checkDocument(objects, bytes, tree, budget, findings);
  if (tree) checkStructure({ objects, budget }, tree, findings);
  const content = new ContentRules(objects, tree, budget, findings);
  for (const { dict } of objects.pdf.getPages()) {
    budget.checkTime();
    content.checkPage(dict);
    checkAnnotations(objects, tree, dict, findings);
  }
  checkFonts(objects, fonts, budget, findings);
  return findings.conformance();
}
