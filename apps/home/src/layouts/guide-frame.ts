import { html } from 'hono/html';
import { CHAPTERS, guidePath, PROVIDERS } from '../site/guide.ts';
import type { Heading } from '../site/markdown.ts';
import { currentAttribute, type Html } from './shell.ts';

interface FrameParts {
  readonly path: string;
  readonly headings?: readonly Heading[];
  readonly content: Html;
}

const GROUPS = [
  { label: 'Using Sluice', links: CHAPTERS.map(({ name, label }) => ({ label, path: guidePath(name) })) },
  { label: 'Providers', links: PROVIDERS.map(({ name, label }) => ({ label, path: guidePath(name) })) },
  {
    label: 'Reference',
    links: [
      { label: 'Error catalogue', path: '/problems' },
      { label: 'API reference', path: '/api/reference' },
    ],
  },
];

const links = (path: string) =>
  GROUPS.map(
    (group) => html`<p class="group">${group.label}</p>
<ul>
${group.links.map((link) => html`<li><a href="${link.path}"${currentAttribute(path, link.path)}>${link.label}</a></li>`)}
</ul>`,
  );

/** A page of the guide: the way around at its side (on a small screen folded above), what it holds at the other. */
export const guideFrame = ({
  path,
  headings = [],
  content,
}: FrameParts): Html => html`<div class="wide frame">
<nav class="chapters" aria-label="Guide">
${links(path)}
</nav>
<details class="chapters-folded">
<summary>Pages of the guide</summary>
<nav aria-label="Guide, folded">
${links(path)}
</nav>
</details>
<main id="main" tabindex="-1">
${content}
</main>
${
  headings.length < 2
    ? ''
    : html`<nav class="contents" aria-labelledby="contents">
<p class="group" id="contents">On this page</p>
<ul>
${headings.map(({ id, text }) => html`<li><a href="#${id}">${text}</a></li>`)}
</ul>
</nav>`
}
</div>`;
