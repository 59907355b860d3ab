import { html } from 'hono/html';
import { guideFrame } from '../../layouts/guide-frame.ts';
import { inlineCode } from '../../layouts/inline-code.ts';
import { ownerBadge } from '../../layouts/owner-badge.ts';
import { shell } from '../../layouts/shell.ts';
import type { GuidePage } from '../../site/guide.ts';
import { OWNERS, type Problem } from '../../site/problems.ts';
import type { Site } from '../../site/site.ts';

interface Data {
  readonly site: Site;
  readonly guide: readonly GuidePage[];
  readonly problem: Problem;
}

/** One page for each code of the catalogue, at the address the API gives as `type`. */
export const data = {
  pagination: { data: 'problems', size: 1, alias: 'problem', addAllPagesToCollections: true },
  permalink: ({ problem }: Data) => `${problem.path.slice(1)}.html`,
};

const example = ({ code, title, status, owner, remedy, retryable, path }: Problem): string =>
  JSON.stringify(
    {
      type: path,
      title,
      status,
      code,
      owner,
      remedy,
      retryable,
      requestId: '3f8a1c52-7d0e-4b7c-9a51-6c1f0e2b9d44',
    },
    null,
    2,
  );

const inTheGuide = (guide: readonly GuidePage[], code: string) => {
  const places = guide.flatMap(({ path, label, mentions }) => {
    const heading = mentions.get(code);
    return heading === undefined ? [] : [{ href: `${path}#${heading.id}`, label, heading: heading.text }];
  });
  return places.length === 0
    ? ''
    : html`<h2>In the guide</h2>
<ul>
${places.map(({ href, label, heading }) => html`<li>${label}: <a href="${href}">${heading}</a></li>`)}
</ul>`;
};

export const render = ({ site, guide, problem }: Data): Promise<string> => {
  const { code, title, status, owner, retryable, remedy, path } = problem;
  return shell({
    site,
    path,
    title: `${title} (${code})`,
    description: `${title}. What to do: ${remedy.replaceAll('`', '')}`,
    body: guideFrame({
      path,
      content: html`<article class="prose problem">
<p class="crumb"><a href="/problems">Error catalogue</a></p>
<h1>${title}</h1>
<p class="code-line"><code>${code}</code> ${ownerBadge(owner)}</p>
<div class="remedy">
<h2>What to do</h2>
<p>${inlineCode(remedy)}</p>
</div>
<dl class="facts">
<div><dt>Whose move it is</dt><dd>${OWNERS[owner].about}</dd></div>
<div><dt>Trying again</dt><dd>${
        retryable
          ? 'May succeed later with nothing changed.'
          : 'Gives the same answer until something has changed.'
      }</dd></div>
<div><dt>HTTP status</dt><dd>${String(status)}, where it is the answer to a request</dd></div>
</dl>
${inTheGuide(guide, code)}
<h2>As the API says it</h2>
<p>Programs go by <code>code</code>; titles and remedies may be reworded. Where something was found in a bucket instead, the same code stands as the <code>reason</code> of the object or the <code>code</code> of a check.</p>
<pre tabindex="0"><code>${example(problem)}</code></pre>
</article>`,
    }),
  });
};
