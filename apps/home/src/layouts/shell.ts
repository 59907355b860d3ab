import { html } from 'hono/html';
import { FONTS, ICON, STYLE } from '../site/assets.ts';
import { CHAPTERS, guidePath } from '../site/guide.ts';
import type { Site } from '../site/site.ts';

export type Html = ReturnType<typeof html>;

export interface PageParts {
  readonly site: Site;
  /** Address, such as `/guide/api`; null for a page that has none (404). */
  readonly path: string | null;
  readonly title: string;
  /** One sentence, for search engines and previews. */
  readonly description: string;
  readonly body: Html;
}

const NAVIGATION = [
  { label: 'S3 integrations', path: '/integrations/s3' },
  { label: 'Guide', path: '/guide' },
  { label: 'Errors', path: '/problems' },
  { label: 'API', path: '/api/reference' },
];

/** `page` for the page itself, `true` for a page below. */
const currentOf = (path: string | null, link: string): 'page' | 'true' | null => {
  if (path === link) return 'page';
  return path?.startsWith(`${link}/`) === true ? 'true' : null;
};

export const currentAttribute = (path: string | null, link: string) => {
  const current = currentOf(path, link);
  return current === null ? '' : html` aria-current="${current}"`;
};

/** A whole page. @returns the HTML document. */
export const shell = async ({ site, path, title, description, body }: PageParts): Promise<string> => {
  const fullTitle = path === '/' ? `Sluice: ${title}` : `${title} · Sluice`;
  const page = await html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${fullTitle}</title>
<meta name="description" content="${description}">
${
  site.origin === null || path === null
    ? html`<meta name="robots" content="noindex">`
    : html`<link rel="canonical" href="${site.origin}${path}">
<meta property="og:type" content="website">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${description}">
<meta property="og:url" content="${site.origin}${path}">`
}
<link rel="icon" href="${ICON.url}" type="image/svg+xml">
<link rel="preload" href="${FONTS.sans.url}" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="${STYLE.url}">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<div class="wide">
<a class="brand" href="/"${currentAttribute(path, '/')}><img src="${ICON.url}" alt="" width="28" height="28">Sluice</a>
<nav aria-label="Site">
<ul>
${NAVIGATION.map((link) => html`<li><a href="${link.path}"${currentAttribute(path, link.path)}>${link.label}</a></li>`)}
</ul>
</nav>
<a class="button quiet" href="/sign-in">Sign in</a>
</div>
</header>
${body}
<footer class="bottom">
<div class="wide">
<p>Sluice finds documents in S3 buckets, has them processed and writes the results back. These pages set no cookies and load nothing from anywhere else.</p>
<nav aria-label="More">
<ul>
${CHAPTERS.map(({ name, label }) => html`<li><a href="${guidePath(name)}">${label}</a></li>`)}
<li><a href="/problems">Error catalogue</a></li>
<li><a href="/api/reference">API reference</a></li>
</ul>
</nav>
</div>
</footer>
</body>
</html>
`;
  return String(page);
};
