/** Dates, sizes and amounts in the reader's language, in one place. */

const locale = (): readonly string[] => navigator.languages;
const lazily = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

const whole = lazily(() => new Intl.NumberFormat(locale()));
const percent = lazily(() => new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 1 }));
const instant = lazily(() => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }));
const exact = lazily(() => new Intl.DateTimeFormat(locale(), { dateStyle: 'full', timeStyle: 'long' }));
const day = lazily(() => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }));
const relative = lazily(() => new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }));

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

export const formatCount = (value: number): string => whole().format(value);
export const formatShare = (value: number): string => percent().format(value);
export const formatInstant = (iso: string): string => instant().format(new Date(iso));
export const formatExact = (iso: string): string => exact().format(new Date(iso));
export const formatDay = (iso: string): string => day().format(new Date(iso));

/** A size in bytes, in decimal units: `1.4 MB`. */
export const formatBytes = (bytes: number): string => {
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: UNITS[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(bytes / 1000 ** step);
};

/** Millionths of a US dollar. Small amounts keep the figures that tell them apart. */
export const formatMicros = (micros: number): string => {
  const dollars = micros / 1_000_000;
  const digits = dollars === 0 || Math.abs(dollars) >= 1 ? 2 : 4;
  return new Intl.NumberFormat(locale(), {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(dollars);
};

const STEPS = [
  ['second', 1, 60],
  ['minute', 60, 60],
  ['hour', 3_600, 24],
  ['day', 86_400, 30],
  ['month', 2_592_000, 12],
  ['year', 31_104_000, Number.POSITIVE_INFINITY],
] as const;

/** How long from `nowMs` to an instant: `2 minutes ago`. */
export const formatRelative = (iso: string, nowMs: number): string => {
  const seconds = (Date.parse(iso) - nowMs) / 1000;
  for (const [unit, size, limit] of STEPS) {
    const value = Math.trunc(seconds / size);
    if (Math.abs(value) < limit) return relative().format(value, unit);
  }
  return formatInstant(iso);
};

/** A duration in words: `3 min`, `1 hr 20 min`. */
export const formatDuration = (seconds: number): string => {
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(locale(), { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  if (seconds < 60) return unit(Math.max(1, Math.round(seconds)), 'second');
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return unit(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return rest === 0 || hours >= 24 ? unit(hours, 'hour') : `${unit(hours, 'hour')} ${unit(rest, 'minute')}`;
};
