import { WorkBudget } from './budget.ts';
import { checkConformance } from './checker/check-conformance.ts';
import type { Conformance } from './checker/rules.ts';
import { chooseLanguage, chooseTitle, statedLanguage } from './choose-metadata.ts';
import { describeFigures, type FigureDescriber } from './figures/describe-figures.ts';
import { renderHtml } from './html/render-html.ts';
import { markLanguages } from './language/mark-languages.ts';
import { REMEDIATION_LIMITS, type RemediationLimits } from './limits.ts';
import { type RecognisedDocument, recognisePages } from './ocr/recognise-pages.ts';
import type { TextRecogniser } from './ocr/text-recogniser.ts';
import { type OpenDocument, openDocument } from './pdf/open-document.ts';
import { type ReadPages, readPages } from './read-pages.ts';
import { asRefusal, RemediationRefused } from './refusal.ts';
import type { Notice, RemediationReport } from './report.ts';
import { buildStructure } from './structure/build-structure.ts';
import { repeatedWords } from './structure/tables/repeated-rows.ts';
import { alternativeText, type Block, blockText } from './structure/types.ts';
import { noteDocument, writeOutput } from './write-output.ts';

/** Changes whenever the same input may give different outputs. */
export const PROCESSOR = 'sluice-remediation/0.9.0';

export interface RemediationOptions {
  /** BCP 47; null lets the document, and then its text, decide. */
  readonly language: string | null;
  /** File name (last segment of the key), for a title when the document has none. */
  readonly fallbackTitle: string;
  readonly limits?: RemediationLimits;
  /** Reads pages that are pictures. Without it they stay pictures, and the report says so. */
  readonly recogniser?: TextRecogniser;
  /** Says what pictures without a caption show. Without it the report says that nobody did. */
  readonly describer?: FigureDescriber;
  /** Called after each page of each step. */
  readonly onProgress?: (progress: RemediationProgress) => void;
}

export interface RemediationProgress {
  /** Pages are read once, and once more in what was written; pictures are recognised in between. */
  readonly step: 'reading' | 'recognising' | 'writing';
  readonly pagesDone: number;
  readonly pages: number;
}

export interface RemediationResult {
  readonly pdf: Uint8Array;
  readonly html: string;
  readonly report: RemediationReport;
  /** For each page, what was taken for running headers, footers, page numbers, and heads of tables that go on: it is neither in the HTML nor tagged. */
  readonly runningText: readonly string[];
}

/**
 * Makes an accessible HTML page of a PDF, and the PDF again with tags, language and title.
 *
 * Pure and deterministic: the same bytes and options give the same result, whatever the machine and the time.
 * What the PDF's pages show is not touched; the result is read back before it is returned.
 *
 * @throws RemediationRefused and nothing else
 */
export async function remediatePdf(
  bytes: Uint8Array,
  options: RemediationOptions,
): Promise<RemediationResult> {
  try {
    return await remediate(bytes, options);
  } catch (error) {
    throw asRefusal(error);
  }
}

/** A document that has its text now, and what it was without. */
interface Recognised extends RecognisedDocument {
  readonly original: {
    readonly bytes: Uint8Array;
    readonly document: OpenDocument;
    readonly read: ReadPages;
    readonly conformance: Conformance;
  };
}

async function remediate(
  bytes: Uint8Array,
  options: RemediationOptions,
  recognised?: Recognised,
): Promise<RemediationResult> {
  const limits = options.limits ?? REMEDIATION_LIMITS;
  if (bytes.length > limits.maxBytes)
    throw new RemediationRefused(
      'pdf_too_large',
      `The file has ${megabytes(bytes.length)} MB; at most ${megabytes(limits.maxBytes)} MB can be processed here.`,
    );
  const { onProgress } = options;
  const budget = new WorkBudget(limits);
  const document = await openDocument(bytes, budget);
  const notices = new Set<Notice>();
  noteDocument(document, notices);
  const progressOf =
    (step: RemediationProgress['step'], pages = document.pageCount) =>
    (pagesDone: number) =>
      onProgress?.({ step, pagesDone, pages });
  const read = readPages(document, budget, notices, progressOf('reading'));
  // Recognising and writing change the objects in memory.
  const before =
    recognised?.original.conformance ?? checkConformance(document, bytes, read.fonts, new WorkBudget(limits));
  const { recogniser } = options;
  if (recogniser && !recognised && read.scanned.size > 0) {
    const language = options.language ?? statedLanguage(document.objects);
    const onPage = progressOf('recognising', Math.min(read.scanned.size, recogniser.maxPages));
    // Where the original is written, it must be as it was.
    const target = notices.has('already_tagged') ? await openDocument(bytes, budget) : document;
    const found = await recognisePages(bytes, target, read.scanned, recogniser, language, onPage);
    if (found)
      return await remediate(found.bytes, options, {
        ...found,
        original: { bytes, document, read, conformance: before },
      });
  }
  if (recognised) notices.add('text_recognised');
  if (recognised && recognised.uncertain.size > 0) notices.add('recognised_text_uncertain');
  const structure = buildStructure(read.drafts, read.outline, read.bodySize, recognised?.pages ?? new Set());

  const text = structure.flat().map(blockText).join('\n');
  const characters = read.characters;
  if (characters === 0) notices.add('no_text');
  const language = chooseLanguage(document.objects, options.language, text, notices);
  const title = chooseTitle(document.objects, structure.flat(), options.fallbackTitle, budget, notices);
  const found = markLanguages(
    structure.map((blocks, index) => ({ blocks, scanned: read.scanned.has(index) })),
    language,
  );
  const { describer } = options;
  const pages = describer ? await describeFigures(bytes, found, language, describer) : found;
  if (pages.some(({ blocks }) => blocks.some((block) => block.kind === 'figure' && block.description)))
    notices.add('descriptions_suggested');
  if (pages.some(({ blocks }) => blocks.some(isNamedByLink))) notices.add('pictures_named_by_links');
  const fields = read.pages.flatMap((page) => page.fields);
  const html = renderHtml({ language, title, pages, fields });
  // Text that no tag of its author's holds would break the PDF: of a tagged document only the HTML gets it.
  const tagged = notices.has('already_tagged') ? recognised?.original : undefined;
  if (tagged) notices.add('scanned_pages');
  const { pdf, conformance: after } = await writeOutput(
    tagged?.bytes ?? bytes,
    tagged?.document ?? document,
    { title, language },
    pages,
    // What was read of fields and links is of the same annotations.
    tagged ? { ...tagged.read, pages: read.pages } : read,
    limits,
    notices,
    progressOf('writing'),
  );

  const report: RemediationReport = {
    processor: PROCESSOR,
    title,
    language,
    pages: document.pageCount,
    characters,
    notices: [...notices].sort(),
    headings: structure.flat().filter((block) => block.kind === 'heading').length,
    links: read.pages.reduce((sum, page) => sum + page.links.length, 0),
    scannedPages: (tagged?.read ?? read).scanned.size,
    recognisedPages: recognised?.pages.size ?? 0,
    uncertainPages: recognised?.uncertain.size ?? 0,
    conformance: { before, after },
  };
  const repeated = repeatedWords(pages);
  const runningText = read.runningText.map((running, page) =>
    [running, ...(repeated.get(page) ?? []).map((word) => word.text)].join(' ').trim(),
  );
  return { pdf, html, report, runningText };
}

/** Whether nothing but a link says what a picture stands for. */
function isNamedByLink(block: Block): boolean {
  return (
    block.kind === 'figure' &&
    alternativeText(block) !== '' &&
    alternativeText(block) === block.link?.description
  );
}

function megabytes(bytes: number): string {
  return (bytes / (1024 * 1024)).toFixed(1);
}
