import { html } from 'hono/html';
import { shell } from '../layouts/shell.ts';
import { guidePath, PROVIDERS } from '../site/guide.ts';
import type { Site } from '../site/site.ts';

export const data = { permalink: 'index.html' };

const books = html`<figure class="books">
<figcaption>The books of a bucket, an example</figcaption>
<dl>
<div class="good"><dt>Written back</dt><dd>1,180</dd></div>
<div class="info"><dt>Pending</dt><dd>12</dd></div>
<div><dt>Skipped, each with its reason</dt><dd>9</dd></div>
<div class="bad"><dt>Failed, each with a remedy</dt><dd>3</dd></div>
<div class="sum"><dt>Found</dt><dd>1,204</dd></div>
</dl>
<p class="note">It always adds up, and you can ask at any time.</p>
</figure>`;

const steps = html`<ol class="columns steps">
<li><h3>Connect</h3><p>Name a bucket and a folder. The setup is made for them: a policy, a template or a command that grants what is needed and no more. A test then tries everything on your real folders and names the statement that is missing.</p></li>
<li><h3>Find</h3><p>The folder is listed every two minutes, completely, so that no late or oddly named file is missed. Or your provider announces new files, and work starts within seconds.</p></li>
<li><h3>Write back</h3><p>Each document is processed and its results appear under a folder of your choice, in the same tree. Your originals are never changed.</p></li>
</ol>`;

const promises = html`<ul class="columns">
<li><h3>Nothing is lost</h3><p>Every object found is in a ledger with a state. Whatever was not processed has a reason, in words, and what to do about it.</p></li>
<li><h3>Nothing is done twice</h3><p>An event that comes twice, a process that dies, a list that is interrupted: the books stay right, because each change is one transaction.</p></li>
<li><h3>You know whose move it is</h3><p>Each error says what happened, whether it is yours, your provider’s or ours to solve, and how. <a href="/problems">All of them</a> are published.</p></li>
<li><h3>Secrets stay sealed</h3><p>A key is encrypted the moment it arrives and shown to nobody again. The public side of Sluice holds nothing that could open it.</p></li>
<li><h3>Try before you start</h3><p>A dry run lists your folder and counts: files, pages, price, time, and the requests on your own account. It records and processes nothing.</p></li>
<li><h3>Change keys without a gap</h3><p>A new key is tested before it is used, the old one kept to fall back to, and you are told when it is safe to delete.</p></li>
</ul>`;

export const render = ({ site }: { site: Site }): Promise<string> =>
  shell({
    site,
    path: '/',
    title: 'every document in your buckets, accounted for',
    description:
      'Sluice watches S3-compatible buckets for new documents, has them processed and writes the results back beside them. Nothing is lost and nothing is done twice.',
    body: html`<main id="main" tabindex="-1">
<div class="wide hero">
<div>
<h1>Every document in your buckets, accounted for</h1>
<p class="lead">Sluice watches S3-compatible buckets for new documents, has them processed, and writes the results back beside them. What ships as the processor makes PDFs accessible: language, title, and a semantic HTML page.</p>
<div class="actions"><a class="button" href="/guide/s3-integrations">Connect a bucket</a> <a class="button quiet" href="/integrations/s3">How it works</a></div>
</div>
${books}
</div>
<section class="band raised" aria-labelledby="steps"><div class="wide">
<h2 id="steps">From your bucket to your bucket</h2>
${steps}
</div></section>
<section class="band" aria-labelledby="promises"><div class="wide">
<h2 id="promises">What you can rely on</h2>
${promises}
</div></section>
<section class="band raised" aria-labelledby="providers"><div class="wide">
<h2 id="providers">Works with the storage you have</h2>
<p>Step by step for each, with the least permissions that are enough.</p>
<ul class="cards">
${PROVIDERS.map(
  ({ name, label, summary }) =>
    html`<li><h3><a href="${guidePath(name)}">${label}</a></h3><p>${summary}</p></li>`,
)}
</ul>
</div></section>
<section class="band" aria-labelledby="try"><div class="wide two">
<div>
<h2 id="try">Try it on your own machine</h2>
<p>Sluice runs on Cloudflare Workers and Supabase Postgres, and on one laptop with one command: no account, no containers. It starts with a demo bucket and shows its documents being found, processed and written back.</p>
</div>
<pre tabindex="0"><code>npm install &amp;&amp; npm start</code></pre>
</div></section>
</main>`,
  });
