import { pathOf, type Site } from '../site/site.ts';

interface Data {
  readonly site: Site;
  readonly collections: { readonly all: readonly { readonly url: string | false }[] };
}

export const data = {
  permalink: ({ site }: { site: Site }) => (site.origin === null ? false : 'sitemap.xml'),
  eleventyExcludeFromCollections: true,
};

/** Every page there is, as https://www.sitemaps.org says. */
export const render = ({ site, collections }: Data): string => {
  const paths = collections.all
    .map(({ url }) => url)
    .filter((url) => typeof url === 'string')
    .map((url) => pathOf(url.slice(1)))
    .toSorted();
  return `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${paths.map((path) => `<url><loc>${site.origin ?? ''}${path}</loc></url>`).join('\n')}
</urlset>
`;
};
