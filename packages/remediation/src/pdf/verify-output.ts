import { WorkBudget } from '../budget.ts';
import { checkConformance } from '../checker/check-conformance.ts';
import type { Conformance } from '../checker/rules.ts';
import type { RemediationLimits } from '../limits.ts';
import { RemediationRefused } from '../refusal.ts';
import { textDigest } from '../text/characters.ts';
import { FontCache } from '../text/fonts/font-cache.ts';
import { readPageText } from '../text/page-interpreter.ts';
import { decodeStream } from './bounded-decode.ts';
import type { DocumentMetadata } from './metadata-update.ts';
import type { ObjectAccess } from './object-access.ts';
import { openDocument } from './open-document.ts';
import { xmpTitle } from './xmp.ts';

/**
 * Reads an output from its bytes and compares it with what was put in. Nothing is delivered unread.
 *
 * @returns what the checks of PDF/UA-1 say of it
 * @param pageDigests digest of each page's text in the source
 * @throws RemediationRefused `pdf_corrupt` when anything differs
 */
export async function verifyOutput(
  pdf: Uint8Array,
  metadata: DocumentMetadata,
  pageDigests: readonly number[],
  limits: RemediationLimits,
  onPage: (pagesDone: number) => void,
): Promise<Conformance> {
  const budget = new WorkBudget(limits);
  let reason: string | undefined;
  let conformance: Conformance | undefined;
  try {
    const document = await openDocument(pdf, budget);
    const { objects, pageCount } = document;
    const catalog = objects.pdf.getCatalog();
    const fonts = new FontCache(objects, budget);
    if (pageCount !== pageDigests.length) reason = 'pages';
    else if (objects.text(catalog, 'Lang') !== metadata.language) reason = 'language';
    else if (objects.text(objects.dict(objects.pdf.context.info.trailer, 'Info'), 'Title') !== metadata.title)
      reason = 'title';
    else if (objects.bool(objects.dict(catalog, 'ViewerPreferences'), 'DisplayDocTitle') !== true)
      reason = 'preferences';
    else if (storedXmpTitle(objects, budget) !== metadata.title) reason = 'metadata';
    for (const [index, page] of objects.pdf.getPages().entries()) {
      budget.checkTime();
      if (reason !== undefined) break;
      const { fragments } = readPageText(objects, page.dict, fonts, budget);
      if (textDigest(fragments) !== pageDigests[index]) reason = 'text';
      onPage(index + 1);
    }
    if (reason === undefined)
      conformance = checkConformance(document, pdf, fonts.used, new WorkBudget(limits));
  } catch (error) {
    throw refused('unreadable', error);
  }
  if (conformance === undefined) throw refused(reason ?? 'unreadable');
  return conformance;
}

function refused(reason: string, cause?: unknown): RemediationRefused {
  return new RemediationRefused(
    'pdf_corrupt',
    `The file could not be rewritten without loss (${reason}), so it was left alone. ` +
      'Opening it in a PDF editor and saving a copy usually repairs it.',
    { cause },
  );
}

function storedXmpTitle(objects: ObjectAccess, budget: WorkBudget): string | undefined {
  const stream = objects.stream(objects.pdf.getCatalog(), 'Metadata');
  const decoded = stream && decodeStream(stream, budget);
  return decoded && xmpTitle(new TextDecoder().decode(decoded));
}
