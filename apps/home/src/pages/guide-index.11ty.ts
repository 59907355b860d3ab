import { html } from 'hono/html';
import { guideFrame } from '../layouts/guide-frame.ts';
import { shell } from '../layouts/shell.ts';
import { CHAPTERS, guidePath, PROVIDERS } from '../site/guide.ts';
import type { Site } from '../site/site.ts';

export const data = { permalink: 'guide.html' };

const cards = (chapters: typeof CHAPTERS) => html`<ul class="cards">
${chapters.map(
  ({ name, label, summary }) =>
    html`<li><h3><a href="${guidePath(name)}">${label}</a></h3><p>${summary}</p></li>`,
)}
</ul>`;

export const render = ({ site }: { site: Site }): Promise<string> =>
  shell({
    site,
    path: '/guide',
    title: 'User guide',
    description:
      'How to connect a bucket to Sluice, see it work, and know what to do when something is wrong.',
    body: guideFrame({
      path: '/guide',
      content: html`<h1>User guide</h1>
<p class="lead">How to connect a bucket, see it work, and know what to do when something is wrong.</p>
<h2>Using Sluice</h2>
${cards(CHAPTERS)}
<h2>Providers</h2>
<p>Step by step, with the least permissions that are enough.</p>
${cards(PROVIDERS)}
<h2>Reference</h2>
<ul class="cards">
<li><h3><a href="/problems">Error catalogue</a></h3><p>Every error you can meet: what happened, whose move it is, what to do.</p></li>
<li><h3><a href="/api/reference">API reference</a></h3><p>Every operation with its fields, answers and examples.</p></li>
</ul>`,
    }),
  });
