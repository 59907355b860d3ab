import type { Candidate } from './heading-candidates.ts';

/** What is larger than chapters are (as a factor) stands above them. */
const PART_SCALE = 1.08;
/** Of a single one with chapters below it (a summary before them) they are no part. */
const MIN_PARTS = 2;

/**
 * How many levels stand above the chapters that a document counts with one number: one where headings without a number, each of
 * them larger than all chapters, divide them into parts ("The city", then "1. Its streets").
 *
 * @param candidates all headings, in the order of the document, without its title
 */
export function levelsAboveChapters(candidates: readonly Candidate[]): number {
  const isChapter = ({ numbers, chapter }: Candidate): boolean => chapter || numbers?.length === 1;
  const largest = candidates.filter(isChapter).reduce((most, { size = 0 }) => Math.max(most, size), 0);
  const isPart = ({ numbers, chapter, size = 0 }: Candidate): boolean =>
    numbers === undefined && !chapter && size > largest * PART_SCALE;
  const first = candidates.findIndex(isChapter);
  const parts = candidates.flatMap((each, at) => (isPart(each) ? [at] : []));
  if (parts.length < MIN_PARTS || (parts[0] ?? 0) > first) return 0;
  const divide = parts.filter((at) => {
    const next = candidates[at + 1];
    return next !== undefined && isChapter(next);
  });
  return divide.length >= MIN_PARTS ? 1 : 0;
}
