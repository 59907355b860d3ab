import type { UsageSummary } from '../queries.ts';

/** What came of objects on one day. */
export interface DayOfActivity {
  /** UTC, as `2026-11-21`. */
  readonly day: string;
  readonly found: number;
  readonly writtenBack: number;
  readonly skipped: number;
  readonly failed: number;
}

/** What is drawn, from the ground up. */
export const SERIES = [
  { id: 'writtenBack', label: 'Written back', fill: 'fill-good', dot: 'bg-good' },
  { id: 'skipped', label: 'Skipped', fill: 'fill-idle', dot: 'bg-idle' },
  { id: 'failed', label: 'Failed', fill: 'fill-bad', dot: 'bg-bad' },
] as const;

const sum = (reasons: Readonly<Record<string, number>>): number =>
  Object.values(reasons).reduce((total, n) => total + n, 0);

const DAY_MS = 86_400_000;

/** Every day of the summary, those on which nothing happened too. */
export const daysOf = ({
  from,
  to,
  days,
}: Pick<UsageSummary, 'from' | 'to' | 'days'>): readonly DayOfActivity[] => {
  const known = new Map(days.map((one) => [one.day, one]));
  const count = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(Date.parse(from) + index * DAY_MS).toISOString().slice(0, 10);
    const one = known.get(day);
    return {
      day,
      found: one?.found ?? 0,
      writtenBack: one?.writtenBack ?? 0,
      skipped: sum(one?.skipped ?? {}),
      failed: sum(one?.failed ?? {}),
    };
  });
};

/** A round number at or above the largest sum, that can be halved beyond 1. */
export const topOf = (days: readonly DayOfActivity[]): number => {
  const largest = Math.max(1, ...days.map((day) => SERIES.reduce((total, { id }) => total + day[id], 0)));
  const power = 10 ** Math.floor(Math.log10(largest));
  return [1, 2, 4, 6, 8, 10].map((step) => step * power).find((top) => top >= largest) ?? largest;
};
