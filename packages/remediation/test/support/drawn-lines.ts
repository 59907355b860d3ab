import { remediatePdf } from '../../src/index.ts';
import { drawnPdf, drawText } from './drawn-table.ts';
import { rolesOf } from './structure-roles.ts';

/** Lines in Courier of ten points, six points a letter: a string for each run of words, so that no space is drawn. */
export function lines(texts: readonly string[], top: number, x = 72): string {
  return texts
    .flatMap((text, at) =>
      [...text.matchAll(/\S+(?: \S+)*/g)].map((run) =>
        drawText(run[0].replaceAll(/[\\()]/g, '\\$&'), x + run.index * 6, top - at * 12),
      ),
    )
    .join('\n');
}

/** A line of text in Helvetica of eleven points. */
export const prose = (text: string, y: number, x = 72, bold = false): string =>
  `BT /${bold ? 'F4' : 'F3'} 11 Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET`;

/** A letter in a face of fixed pitch, without its end. */
export const LETTER = [
  'Dear Mr Smith,',
  '',
  'Thank you for your letter of 3 May, in which you ask us',
  'to lower the rent of your flat in the house at the river.',
  '',
  'Account no.:      12345678',
  'Reference:        RENT 2026',
  '',
];

export const ABOVE = [
  'The rooms of the house are opened by what stands in the file on the desk of the porter who has',
  'written it down there since the house was built, and who reads it to whoever asks him for it.',
];
export const BELOW =
  'What stands in no line of it is shut, and stays so until somebody has asked for it in writing.';
export const around = (content: string, bottom: number): string =>
  [...ABOVE.map((text, at) => prose(text, 760 - at * 14)), content, prose(BELOW, bottom)].join('\n');

/** A document of these pages in English: the main part of its HTML and all of it, and how many elements of each role its PDF has. */
export async function remediate(...pages: string[]) {
  const { pdf, html } = await remediatePdf(drawnPdf(pages), { language: 'en', fallbackTitle: 'x.pdf' });
  const main = /<main>([\s\S]*)<\/main>/.exec(html)?.[1] ?? '';
  return { html: main, whole: html, roles: await rolesOf(pdf), pdf };
}
