import { WorkBudget } from '../../src/budget.ts';
import { checkConformance } from '../../src/checker/check-conformance.ts';
import type { Conformance } from '../../src/checker/rules.ts';
import { REMEDIATION_LIMITS } from '../../src/limits.ts';
import { openDocument } from '../../src/pdf/open-document.ts';
import { FontCache } from '../../src/text/fonts/font-cache.ts';
import { readPageText } from '../../src/text/page-interpreter.ts';

/** What the checks say of a file as it is. */
export async function conformanceOf(bytes: Uint8Array): Promise<Conformance> {
  const budget = new WorkBudget(REMEDIATION_LIMITS);
  const document = await openDocument(bytes, budget);
  const fonts = new FontCache(document.objects, budget);
  for (const page of document.objects.pdf.getPages())
    readPageText(document.objects, page.dict, fonts, budget);
  return checkConformance(document, bytes, fonts.used, new WorkBudget(REMEDIATION_LIMITS));
}
