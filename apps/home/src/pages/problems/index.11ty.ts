import { html } from 'hono/html';
import { guideFrame } from '../../layouts/guide-frame.ts';
import { inlineCode } from '../../layouts/inline-code.ts';
import { shell } from '../../layouts/shell.ts';
import { OWNER_ORDER, OWNERS, PROBLEMS } from '../../site/problems.ts';
import type { Site } from '../../site/site.ts';

export const data = { permalink: 'problems.html' };

const headings = OWNER_ORDER.map((owner) => ({ id: owner.replace('_', '-'), text: OWNERS[owner].move }));

export const render = ({ site }: { site: Site }): Promise<string> =>
  shell({
    site,
    path: '/problems',
    title: 'Error catalogue',
    description: 'Every error Sluice can show: what happened, whose move it is, and what to do.',
    body: guideFrame({
      path: '/problems',
      headings,
      content: html`<article class="prose">
<h1>Error catalogue</h1>
<p class="lead">Every error you can meet, by whose move it is. The <code>type</code> of an answer of the API leads to the page of its code.</p>
${OWNER_ORDER.map(
  (owner) => html`<h2 id="${owner.replace('_', '-')}">${OWNERS[owner].move}</h2>
<p>${OWNERS[owner].about}</p>
<ul class="catalogue">
${PROBLEMS.filter((problem) => problem.owner === owner).map(
  ({ code, path, title, remedy }) => html`<li><a href="${path}"><code>${code}</code> <span>${title}</span></a>
<p>${inlineCode(remedy)}</p></li>`,
)}
</ul>`,
)}
</article>`,
    }),
  });
