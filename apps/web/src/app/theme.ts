/** The theme: the system's, or the one a person chose. `public/theme.js` applies it before the first paint. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'sluice.theme';

export const readTheme = (): Theme => {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
};

export const setTheme = (theme: Theme): void => {
  if (theme === 'system') {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset['theme'];
  } else {
    localStorage.setItem(KEY, theme);
    document.documentElement.dataset['theme'] = theme;
  }
};
