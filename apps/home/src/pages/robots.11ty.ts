import type { Site } from '../site/site.ts';

export const data = { permalink: 'robots.txt', eleventyExcludeFromCollections: true };

export const render = ({ site }: { site: Site }): string =>
  site.origin === null
    ? 'User-agent: *\nDisallow: /\n'
    : `User-agent: *\nDisallow: /api/\nAllow: /api/reference\nDisallow: /settings\n\nSitemap: ${site.origin}/sitemap.xml\n`;
