import { cleanText } from '../text/characters.ts';
import type { RecognisedPage, RecognisedWord } from './text-recogniser.ts';

/** Noise: specks and edges that were taken for letters. */
const MIN_WORD_CONFIDENCE = 30;
/** Below this a page's text would mislead more than it helps: it stays a picture. */
const MIN_PAGE_CONFIDENCE = 60;
/** Below this the report says that a page's text is uncertain. */
const SURE_PAGE_CONFIDENCE = 85;
/** Fewer is a stamp or a page number, and the page still a picture. */
const MIN_CHARACTERS = 20;

/** The largest page that PDF knows of has 200 inches; nothing on one lies further out. */
const MAX_PAGE_PT = 14_400;

export interface JudgedPage {
  readonly lines: readonly (readonly RecognisedWord[])[];
  readonly isSure: boolean;
}

/** What may be written of what was seen on a page; undefined when nothing may. */
export function judgePage(page: RecognisedPage): JudgedPage | undefined {
  const lines = page.lines
    .map((words) => words.map(legible).filter(isWord))
    .filter((words) => words.length > 0);
  const words = lines.flat();
  const characters = words.reduce((sum, { text }) => sum + text.length, 0);
  if (characters < MIN_CHARACTERS) return undefined;
  const confidence = words.reduce((sum, word) => sum + word.confidence * word.text.length, 0) / characters;
  if (confidence < MIN_PAGE_CONFIDENCE) return undefined;
  return { lines, isSure: confidence >= SURE_PAGE_CONFIDENCE };
}

/** The word as it will be read once it is written: what is lost on the way must not count. */
function legible(word: RecognisedWord): RecognisedWord {
  return { ...word, text: cleanText(word.text.normalize('NFC')).replace(/[\s\ufeff\ufffd]/g, '') };
}

function isWord({ text, confidence, x0, x1, y0, y1 }: RecognisedWord): boolean {
  const isPlaced = [x0, x1, y0, y1].every((at) => Math.abs(at) <= MAX_PAGE_PT) && x1 > x0 && y1 > y0;
  return isPlaced && confidence >= MIN_WORD_CONFIDENCE && text !== '';
}
