import { PdfArray, PdfDict, type PdfObject, type PdfRef } from '@libpdf/core';
import { appendUpdate } from '../pdf/append-update.ts';
import { trailerEntries } from '../pdf/metadata-update.ts';
import type { OpenDocument } from '../pdf/open-document.ts';
import { Revision } from '../pdf/revision.ts';
import { inverse, type Matrix, multiply } from '../text/matrix.ts';
import { pageGeometry } from '../text/page-geometry.ts';
import { GLYPH_WIDTH, glyphlessFont } from './glyphless-font.ts';
import type { RecognisedWord } from './text-recogniser.ts';

type Lines = readonly (readonly RecognisedWord[])[];

/** In a page's resources; a name of ours, so that none of the page's is hidden. */
const FONT_NAME = 'SluiceRecognised';
/** Text of one size everywhere, so that nothing is taken for a heading that only a picture says is one. */
const SIZE_PT = 10;
const SPACE = ' ';
/** Of two bytes; 0 is the one for what is missing. */
const MAX_CODES = 0xffff;

/**
 * Puts invisible text into pages, where their pictures show it. What is there stays as it is, and so does what is seen.
 *
 * @param pages lines by the index of their page
 * @returns undefined when the file cannot be continued (encrypted, damaged)
 */
export function addTextLayer(
  original: Uint8Array,
  document: OpenDocument,
  pages: ReadonlyMap<number, Lines>,
): Uint8Array | undefined {
  const { objects } = document;
  const revision = new Revision(original, document);
  if (!revision.appends) return undefined;
  const words = [...pages.values()].flat(2);
  const used = new Set([SPACE, ...words.flatMap(({ text }) => Array.from(text))]);
  const characters = [...used].slice(0, MAX_CODES);
  const codes = new Map(characters.map((character, at) => [character, at + 1] as const));
  const font = glyphlessFont(revision, characters);
  for (const [index, page] of objects.pdf.getPages().entries()) {
    const lines = pages.get(index);
    if (lines === undefined) continue;
    const toPage = inverse(pageGeometry(objects, page.dict).base);
    if (toPage === undefined) continue;
    const content = lines.map((words) => lineContent(words, codes, toPage)).join('');
    const layer = revision.addStream(
      new PdfDict(),
      new TextEncoder().encode(`q BT 3 Tr /${FONT_NAME} ${SIZE_PT} Tf\n${content}ET Q\n`),
    );
    const contents = page.dict.get('Contents');
    const resolved = objects.resolve(contents);
    const before: PdfObject[] =
      resolved instanceof PdfArray ? [...resolved] : contents === undefined ? [] : [contents];
    // First, while the page has set up nothing yet.
    page.dict.set('Contents', PdfArray.of(layer, ...before));
    page.dict.set('Resources', withFont(document, page.dict, font));
    revision.change(page.ref, page.dict);
  }
  return appendUpdate(original, revision.updates, trailerEntries(objects), revision.size);
}

/** Each word, with the space behind it, as wide as in the picture. */
function lineContent(
  words: readonly RecognisedWord[],
  codes: ReadonlyMap<string, number>,
  toPage: Matrix,
): string {
  const baseline = Math.min(...words.map(({ y0 }) => y0));
  return words
    .map(({ text, x0, x1 }, index) => {
      const next = words[index + 1];
      const characters = Array.from(next ? text + SPACE : text);
      const width = Math.max((next && next.x0 > x0 ? next.x0 : x1) - x0, 1);
      const scale = width / (characters.length * GLYPH_WIDTH * SIZE_PT);
      const matrix = multiply([1, 0, 0, 1, x0, baseline], toPage).map(shown).join(' ');
      const hex = characters
        .map((character) => (codes.get(character) ?? 0).toString(16).padStart(4, '0'))
        .join('');
      return `${shown(scale * 100)} Tz ${matrix} Tm <${hex}> Tj\n`;
    })
    .join('');
}

function shown(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function withFont({ objects }: OpenDocument, page: PdfDict, font: PdfRef): PdfDict {
  const inherited = objects.inherited(page, 'Resources');
  const resources = inherited instanceof PdfDict ? inherited.clone() : new PdfDict();
  const fonts = objects.dict(resources, 'Font')?.clone() ?? new PdfDict();
  fonts.set(FONT_NAME, font);
  resources.set('Font', fonts);
  return resources;
}
