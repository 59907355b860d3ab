/** What differs between installations. */
export interface Site {
  /** Where the pages are public, such as `https://sluice.example`; null while they are not, as on a laptop. */
  readonly origin: string | null;
}

/**
 * Reads `SITE_ORIGIN`. Without it there is no sitemap and no canonical address, and robots are turned away.
 * @throws Error when it is no https origin.
 */
export const readSite = (environment: Readonly<Record<string, string | undefined>>): Site => {
  const given = environment['SITE_ORIGIN'] ?? '';
  if (given === '') return { origin: null };
  const url = URL.parse(given);
  if (url === null || url.protocol !== 'https:' || url.href !== `${url.origin}/`) {
    throw new Error('SITE_ORIGIN must be an https origin without a path, such as https://sluice.example');
  }
  return { origin: url.origin };
};

/** Address of a page from the file it is written to: `guide/api.html` is `/guide/api`, as Workers assets serve it. */
export const pathOf = (outputFile: string): string =>
  `/${outputFile.replace(/\.html$/, '').replace(/(^|\/)index$/, '$1')}`;
