/** How the pages look to one person, in one browser. `public/looks.js` applies it before the first paint. */

/** The system's, or the one a person chose. */
export type Theme = 'system' | 'light' | 'dark';
/** How close things stand. Where fingers point, they stand wide whatever was chosen. */
export type Density = 'wide' | 'compact';

const keyOf = (look: string): string => `sluice.${look}`;

const readLook = <Value extends string>(look: string, chosen: readonly Value[]): Value | undefined => {
  const stored = localStorage.getItem(keyOf(look));
  return chosen.find((one) => one === stored);
};

const setLook = (look: string, value: string | null): void => {
  if (value === null) {
    localStorage.removeItem(keyOf(look));
    delete document.documentElement.dataset[look];
  } else {
    localStorage.setItem(keyOf(look), value);
    document.documentElement.dataset[look] = value;
  }
};

export const readTheme = (): Theme => readLook('theme', ['light', 'dark']) ?? 'system';
export const setTheme = (theme: Theme): void => setLook('theme', theme === 'system' ? null : theme);

export const readDensity = (): Density => readLook('density', ['compact']) ?? 'wide';
export const setDensity = (density: Density): void => setLook('density', density === 'wide' ? null : density);
