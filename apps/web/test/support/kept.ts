import type { Page } from 'playwright-core';

/** Everything a page could keep: its elements, what stands in its fields, its storage and its address. */
export const everythingIn = (page: Page): Promise<string> =>
  page.evaluate(() =>
    [
      document.documentElement.outerHTML,
      ...[...document.querySelectorAll('input, textarea')].map((field) => (field as HTMLInputElement).value),
      JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), history.state]),
      location.href,
    ].join('\n'),
  );
