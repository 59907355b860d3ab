import { STOP_WORDS } from './stop-words.ts';

/** Scripts that (nearly) decide the language, with the share of letters that counts as a decision. */
const SCRIPTS: readonly (readonly [language: string, pattern: RegExp, share: number])[] = [
  ['ja', /[\u3040-\u30ff]/g, 0.08],
  ['ko', /[\uac00-\ud7af]/g, 0.3],
  ['zh', /[\u4e00-\u9fff]/g, 0.3],
  ['el', /[\u0370-\u03ff]/g, 0.3],
  ['ar', /[\u0600-\u06ff]/g, 0.3],
  ['he', /[\u0590-\u05ff]/g, 0.3],
  ['th', /[\u0e00-\u0e7f]/g, 0.3],
  ['hi', /[\u0900-\u097f]/g, 0.3],
];

const SAMPLE_CHARACTERS = 40_000;
const MIN_WORDS = 20;
/** Share of stop words below which nothing is claimed, and the lead the first must have over the second. */
const MIN_SHARE = 0.05;
const MIN_LEAD = 1.15;
/** A word or two of a language are in every table: `no`, `me`, `die`. */
const MIN_DIFFERENT = 3;

/** The language a text is written in (BCP 47), or undefined when it does not show clearly. Deterministic. */
export function detectLanguage(
  text: string,
  { minWords, minShare, minLead } = { minWords: MIN_WORDS, minShare: MIN_SHARE, minLead: MIN_LEAD },
): string | undefined {
  const sample = text.slice(0, SAMPLE_CHARACTERS);
  const letters = count(sample, /\p{L}/gu);
  if (letters < 10) return undefined;
  for (const [language, pattern, share] of SCRIPTS)
    if (count(sample, pattern) / letters > share) return language;
  const words = sample.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (words.length < minWords) return undefined;
  const frequency = new Map<string, number>();
  for (const word of words) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const scores = [...STOP_WORDS].map(([language, list]) => ({
    language,
    share: list.reduce((sum, word) => sum + (frequency.get(word) ?? 0), 0) / words.length,
    different: list.filter((word) => frequency.has(word)).length,
  }));
  const [best, second] = scores.sort((a, b) => b.share - a.share || (a.language < b.language ? -1 : 1));
  if (!best || best.share < minShare || best.different < MIN_DIFFERENT) return undefined;
  return second && best.share < second.share * minLead ? undefined : best.language;
}

/** A language tag in its usual form, or undefined when it is not a well-formed BCP 47 tag. */
export function normalizeLanguage(tag: string | null | undefined): string | undefined {
  const trimmed = tag?.trim().replaceAll('_', '-');
  if (!trimmed || trimmed.length > 35 || !/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(trimmed))
    return undefined;
  try {
    return Intl.getCanonicalLocales(trimmed)[0];
  } catch {
    return undefined;
  }
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
