import type { OpenDocument } from '../pdf/open-document.ts';
import { addTextLayer } from './add-text-layer.ts';
import { type JudgedPage, judgePage } from './judge-page.ts';
import type { RecognisedPage, TextRecogniser } from './text-recogniser.ts';

export interface RecognisedDocument {
  /** The document with text in the pages below. */
  readonly bytes: Uint8Array;
  readonly pages: ReadonlySet<number>;
  /** Those whose text the engine was not sure of. */
  readonly uncertain: ReadonlySet<number>;
}

/**
 * Has the pages that are pictures read, and puts their text behind them.
 *
 * @returns undefined when no page got any
 */
export async function recognisePages(
  bytes: Uint8Array,
  document: OpenDocument,
  scanned: ReadonlySet<number>,
  recogniser: TextRecogniser,
  language: string | null,
  onPage: (pagesDone: number) => void,
): Promise<RecognisedDocument | undefined> {
  const wanted = [...scanned].slice(0, recogniser.maxPages);
  if (wanted.length === 0) return undefined;
  // The first takes seconds, too.
  onPage(0);
  let seen: (RecognisedPage | null)[];
  try {
    seen = await recogniser.recognise(bytes, wanted, language, onPage);
  } catch {
    // The engine's trouble is not the document's: it is what it would be without.
    return undefined;
  }
  const judged = new Map<number, JudgedPage>();
  for (const [at, page] of wanted.entries()) {
    const result = seen[at];
    const usable = result ? judgePage(result) : undefined;
    if (usable) judged.set(page, usable);
  }
  if (judged.size === 0) return undefined;
  const layered = addTextLayer(
    bytes,
    document,
    new Map([...judged].map(([page, { lines }]) => [page, lines] as const)),
  );
  if (layered === undefined) return undefined;
  const uncertain = [...judged].flatMap(([page, { isSure }]) => (isSure ? [] : [page]));
  return { bytes: layered, pages: new Set(judged.keys()), uncertain: new Set(uncertain) };
}
