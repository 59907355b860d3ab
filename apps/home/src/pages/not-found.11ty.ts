import { html } from 'hono/html';
import { shell } from '../layouts/shell.ts';
import type { Site } from '../site/site.ts';

export const data = { permalink: '404.html', eleventyExcludeFromCollections: true };

export const render = ({ site }: { site: Site }): Promise<string> =>
  shell({
    site,
    path: null,
    title: 'There is no such page',
    description: 'Nothing is at this address.',
    body: html`<main id="main" class="wide plain" tabindex="-1">
<h1>There is no such page</h1>
<p class="lead">Nothing is at this address. It may have moved, or the address was cut off when it was copied.</p>
<ul>
<li><a href="/guide">User guide</a></li>
<li><a href="/problems">Error catalogue</a>, if an answer of the API led you here</li>
<li><a href="/">Start page</a></li>
</ul>
</main>`,
  });
