import { extractText, getDocumentProxy } from 'unpdf';

export interface ReadPdf {
  readonly pages: number;
  readonly text: string;
  readonly infoTitle: string | undefined;
  readonly xmpTitle: string | undefined;
  readonly xmpLanguage: string;
  readonly language: string | undefined;
  readonly displayDocTitle: boolean;
}

/** Reads a PDF with pdf.js, which shares no code with what is tested. */
export async function readIndependently(bytes: Uint8Array): Promise<ReadPdf> {
  // pdf.js takes the buffer away from its caller.
  const document = await getDocumentProxy(bytes.slice());
  const { text } = await extractText(document, { mergePages: true });
  const { info, metadata } = await document.getMetadata();
  const preferences = await document.getViewerPreferences();
  const field = (name: string): string | undefined => {
    const value: unknown = Reflect.get(info, name);
    return typeof value === 'string' ? value : undefined;
  };
  const language: unknown = metadata?.get('dc:language');
  const title: unknown = metadata?.get('dc:title');
  const read = {
    pages: document.numPages,
    text,
    infoTitle: field('Title'),
    xmpTitle: typeof title === 'string' ? title : undefined,
    xmpLanguage: String(language),
    language: field('Language'),
    displayDocTitle: Reflect.get(preferences ?? {}, 'DisplayDocTitle') === true,
  };
  await document.loadingTask.destroy();
  return read;
}

/** Text with white space, soft hyphens and compatibility forms out of the way. */
export function squeeze(text: string): string {
  return text.normalize('NFKC').replace(/[\s\u00ad]/g, '');
}

/** What a reader of the page sees of its main part. */
export function visibleText(html: string): string {
  const main = html.slice(html.indexOf('<main>'));
  return main
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
