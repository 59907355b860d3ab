import { html } from 'hono/html';
import { shell } from '../../layouts/shell.ts';
import { guidePath } from '../../site/guide.ts';
import type { Site } from '../../site/site.ts';

export const data = { permalink: 'integrations/s3.html' };

const PROVIDER_ROWS = [
  {
    name: 'aws',
    label: 'Amazon S3',
    signIn: 'a role with an external id, or an access key',
    scope: 'two folders',
    events: 'EventBridge',
  },
  {
    name: 'r2',
    label: 'Cloudflare R2',
    signIn: 'a token',
    scope: 'the bucket',
    events: 'event notifications, forwarded',
  },
  {
    name: 'b2',
    label: 'Backblaze B2',
    signIn: 'an application key',
    scope: 'the bucket, or one folder',
    events: 'event notifications',
  },
  { name: 'minio', label: 'MinIO', signIn: 'a user’s key', scope: 'two folders', events: 'webhook' },
  {
    name: 'ceph',
    label: 'Ceph',
    signIn: 'a user’s key',
    scope: 'two folders',
    events: 'bucket notifications',
  },
  {
    name: 'generic',
    label: 'Any other server',
    signIn: 'an access key',
    scope: 'as its policies allow',
    events: 'S3 Records or Standard Webhooks',
  },
];

const folders = html`<figure class="books folders">
<figcaption>Your folders stay as they are</figcaption>
<dl>
<div class="info"><dt>inbox/2026/report.pdf</dt><dd>yours, untouched</dd></div>
<div class="good"><dt>accessible/2026/report.pdf</dt><dd>the accessible PDF</dd></div>
<div class="good"><dt>accessible/2026/report.pdf.html</dt><dd>the same as a web page</dd></div>
</dl>
<p class="note">The tree below is kept, so every result is where you look for it. Rules give single folders a language, an overwrite policy or a place of their own.</p>
</figure>`;

const QUESTIONS = [
  {
    question: 'Which files are processed?',
    answer: html`Those whose name ends in <code>.pdf</code>, up to 200 MB and 3,000 pages. Everything else in the folder is listed <a href="${guidePath('s3-integrations')}#what-is-processed">with the reason</a> it is left out.`,
  },
  {
    question: 'Are my originals changed?',
    answer: html`Never. Results go to a folder of their own, and a file of yours that is in the place of a result is not overwritten.`,
  },
  {
    question: 'What does it cost on my account?',
    answer: html`The requests your provider charges for: listing, reading, writing. A <a href="${guidePath('s3-integrations')}#a-dry-run-first">dry run</a> reckons them for your bucket before you start.`,
  },
  {
    question: 'What if an event is lost?',
    answer: html`Then the next listing finds the file. Events save waiting, nothing depends on them; <a href="${guidePath('events')}#how-often-the-bucket-is-listed">how often the bucket is listed</a> goes by how well they arrive.`,
  },
  {
    question: 'What if my bucket refuses you for a while?',
    answer: html`Nothing is given up: documents wait, with the reason shown, for about three days. A connection test that passes makes us try at once.`,
  },
  {
    question: 'How do I leave?',
    answer: html`Delete the integration: stored credentials are gone at once, and nothing in your bucket is touched.`,
  },
];

export const render = ({ site }: { site: Site }): Promise<string> =>
  shell({
    site,
    path: '/integrations/s3',
    title: 'S3 integrations',
    description:
      'Connect a bucket on AWS, Cloudflare R2, Backblaze B2, MinIO, Ceph or any server that speaks S3: new PDFs are found, processed and written back.',
    body: html`<main id="main" tabindex="-1">
<div class="wide hero">
<div>
<h1>S3 integrations</h1>
<p class="lead">Point Sluice at a folder of your bucket. New PDFs in it are found, made accessible, and written to another folder of the same bucket: no upload, no download, no copy that you have to look after.</p>
<div class="actions"><a class="button" href="/sign-in">Connect a bucket</a> <a class="button quiet" href="${guidePath('s3-integrations')}">Read the guide</a></div>
</div>
${folders}
</div>
<section class="band raised" aria-labelledby="providers"><div class="wide">
<h2 id="providers">Providers</h2>
<div class="scroll" tabindex="0"><table>
<thead><tr><th scope="col">Provider</th><th scope="col">Signs in with</th><th scope="col">Access can be kept to</th><th scope="col">New files announced by</th></tr></thead>
<tbody>
${PROVIDER_ROWS.map(
  ({ name, label, signIn, scope, events }) =>
    html`<tr><th scope="row"><a href="${guidePath(`providers/${name}`)}">${label}</a></th><td>${signIn}</td><td>${scope}</td><td>${events}</td></tr>`,
)}
</tbody>
</table></div>
</div></section>
<section class="band" aria-labelledby="test"><div class="wide">
<h2 id="test">A connection test that tells you what is missing</h2>
<p>It does on your real folders what the work will do, so that what passes works. Each check says how it ended, what your provider answered, and what to change.</p>
<ul class="columns">
<li><h3>The missing statement</h3><p>Where policies decide, the very statement that is missing, with your bucket and folders in it, ready to paste.</p></li>
<li><h3>Too much access</h3><p>A credential that may do more than it has to is named, with the policy that is enough.</p></li>
<li><h3>A role that is open to others</h3><p>A role is asked for without an external id, and with a wrong one. If it lets anybody in, you are told.</p></li>
</ul>
<p><a href="${guidePath('s3-integrations')}#test-the-connection">All checks</a></p>
</div></section>
<section class="band raised" aria-labelledby="questions"><div class="wide">
<h2 id="questions">Questions</h2>
<ul class="columns">
${QUESTIONS.map(({ question, answer }) => html`<li><h3>${question}</h3><p>${answer}</p></li>`)}
</ul>
</div></section>
</main>`,
  });
