import { html, raw } from 'hono/html';
import { guideFrame } from '../layouts/guide-frame.ts';
import { shell } from '../layouts/shell.ts';
import { CHAPTERS, type GuidePage, PROVIDERS } from '../site/guide.ts';
import type { Site } from '../site/site.ts';

interface Data {
  readonly site: Site;
  readonly chapter: GuidePage;
}

/** One page for each document of docs/user. */
export const data = {
  pagination: { data: 'guide', size: 1, alias: 'chapter', addAllPagesToCollections: true },
  permalink: ({ chapter }: Data) => `${chapter.path.slice(1)}.html`,
};

const ORDER = [...CHAPTERS, ...PROVIDERS];

const neighbour = (chapter: GuidePage, step: -1 | 1) => {
  const found = ORDER[ORDER.findIndex(({ name }) => name === chapter.name) + step];
  if (found === undefined) return '';
  const rel = step === 1 ? 'next' : 'prev';
  return html`<a class="${rel}" rel="${rel}" href="/guide/${found.name}"><span>${step === 1 ? 'Next' : 'Before'}</span> ${found.label}</a>`;
};

export const render = ({ site, chapter }: Data): Promise<string> =>
  shell({
    site,
    path: chapter.path,
    title: chapter.title,
    description: chapter.summary,
    body: guideFrame({
      path: chapter.path,
      headings: chapter.headings,
      content: html`<article class="prose">
<h1>${chapter.title}</h1>
${raw(chapter.html)}
</article>
<nav class="neighbours" aria-label="Chapters">${neighbour(chapter, -1)}${neighbour(chapter, 1)}</nav>`,
    }),
  });
