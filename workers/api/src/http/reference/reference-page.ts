import { html, raw } from 'hono/html';
import { formsOf, type Schemas, typeOf } from './reference-fields.ts';

/**
 * The OpenAPI document as a page for people: one HTML file, without scripts and without anything from elsewhere, so that its
 * content security policy can forbid all of it.
 */

interface Media {
  readonly schema?: unknown;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>;
}
interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: unknown;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Media>> }>
  >;
}
export interface ReferenceDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Schemas };
}

/** The colours are those of the public pages (apps/web/src/styles/tokens.css); the typeface is the reader's own, for nothing is fetched. */
const STYLE = `:root{color-scheme:light dark;--ground:light-dark(oklch(.982 .003 205),oklch(.186 .013 225));--surface:light-dark(#fff,oklch(.222 .015 225));
--sunken:light-dark(oklch(.96 .007 205),oklch(.165 .012 225));--line:light-dark(oklch(.905 .01 210),oklch(.315 .018 225));
--ink:light-dark(oklch(.24 .025 225),oklch(.945 .008 210));--soft:light-dark(oklch(.45 .022 220),oklch(.75 .014 215));
--accent:light-dark(oklch(.46 .085 205),oklch(.79 .1 193));--accent-soft:light-dark(oklch(.945 .027 200),oklch(.285 .042 210));
background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,sans-serif;scroll-padding-top:1.5rem}
*{box-sizing:border-box}body{margin:0;min-width:20rem}a{color:var(--accent);text-underline-offset:.2em}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-100vw}.skip:focus{position:fixed;z-index:1;left:1rem;top:1rem;padding:.5rem 1rem;background:var(--surface)}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem 1.5rem;padding:1rem max(1rem,(100vw - 74rem)/2);background:var(--surface);border-bottom:1px solid var(--line)}
header a{color:var(--soft);text-decoration:none}header a:hover{color:var(--ink)}header a[aria-current]{color:var(--ink);font-weight:700}
header a:first-child{color:var(--ink);font-size:1.1875rem;font-weight:700}
.page{display:grid;grid-template-columns:minmax(0,1fr);gap:2rem;max-width:76rem;margin:0 auto;padding:2rem 1rem}
@media(min-width:64rem){.page{grid-template-columns:17rem minmax(0,1fr)}.page>nav{position:sticky;top:1rem;max-height:calc(100vh - 2rem);overflow-y:auto}}
h1,h2,h3,h4{line-height:1.25;text-wrap:balance;margin:0}h1{font-size:2rem}h2{font-size:1.5rem;margin-top:2.5rem}h3{font-size:1.125rem;overflow-wrap:anywhere}h4{margin:.75rem 0 .25rem;font-size:.9375rem}
h3 a{color:inherit;text-decoration:none}h3 a:hover{text-decoration:underline}p{margin:.5rem 0;text-wrap:pretty}
nav ul{list-style:none;margin:.25rem 0 .75rem;padding:0;font-size:.9375rem}nav li a{display:block;padding:.2rem .5rem;color:var(--soft);text-decoration:none;overflow-wrap:anywhere}
nav li a:hover{color:var(--ink);background:var(--accent-soft);border-radius:.25rem}nav summary{font-weight:600}
section section{margin-top:1rem;padding:1.25rem;background:var(--surface);border:1px solid var(--line);border-radius:.75rem}section:target{border-color:var(--accent)}
code,pre{font:.875rem/1.5 ui-monospace,monospace}code{overflow-wrap:anywhere}pre{overflow-x:auto;margin:.5rem 0;padding:.75rem 1rem;background:var(--sunken);border-radius:.5rem}
.method{display:inline-block;min-width:4.25rem;margin-right:.5rem;padding:.1rem .5rem;border-radius:.375rem;background:var(--accent-soft);color:var(--accent);font:700 .8125rem/1.5 ui-monospace,monospace;text-align:center}
summary{cursor:pointer;padding:.25rem 0}details>:not(summary){margin-left:1.1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0;font-size:.9375rem}th{color:var(--soft);font-size:.8125rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}td:not(:last-child){min-width:8rem}
@media(max-width:40rem){table,tbody,tr,td{display:block}thead{display:none}td{border:0;padding:.1rem 0}tr{padding:.4rem 0;border-bottom:1px solid var(--line)}}
@media print{header,.page>nav,.skip{display:none}}`;

/** SHA-256 of the style, for the policy. */
const styleHash = async (): Promise<string> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(STYLE)));
  return btoa(String.fromCharCode(...digest));
};

/** The headers of the page. */
export const referenceHeaders = async (): Promise<Record<string, string>> => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${await styleHash()}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
});

/** Text with its `code` marked. */
const prose = (text: string | undefined) =>
  (text ?? '').split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));

const json = (value: unknown) => html`<pre tabindex="0">${JSON.stringify(value, null, 2)}</pre>`;

const MAX_TYPE_LENGTH = 160;
const shortened = (type: string): string =>
  type.length > MAX_TYPE_LENGTH ? 'one of the values in the OpenAPI document' : type;

const examplesOf = (content: Readonly<Record<string, Media>> | undefined) =>
  Object.values(content ?? {}).flatMap(({ example, examples }) => [
    ...(example === undefined ? [] : [json(example)]),
    ...Object.values(examples ?? {}).map(({ summary, value }) => html`<p>${summary}</p>${json(value)}`),
  ]);

interface Row {
  readonly name: string;
  readonly where: string;
  readonly isRequired: boolean;
  readonly description: string | undefined;
}

const rowsOf = (heading: string, rows: readonly Row[]) =>
  rows.length === 0
    ? ''
    : html`<table><thead><tr><th scope="col">${heading}</th><th scope="col">Is</th><th scope="col">What</th></tr></thead><tbody>${rows.map(
        ({ name, where, isRequired, description }) =>
          html`<tr><td><code>${name}</code></td><td>${where}${isRequired ? ', required' : ''}</td><td>${prose(description)}</td></tr>`,
      )}</tbody></table>`;

const bodyOf = (content: Readonly<Record<string, Media>>, schemas: Schemas) =>
  html`<details><summary>Body</summary>${Object.values(content)
    .flatMap(({ schema }) => formsOf(schema, schemas))
    .map(
      ({ title, fields }) =>
        html`${title === '' ? '' : html`<h4>With <code>${title}</code></h4>`}${rowsOf(
          'Field',
          fields.map(({ type, ...field }) => ({ ...field, where: type })),
        )}`,
    )}<h4>Examples</h4>${examplesOf(content)}</details>`;

const operationOf = (method: string, path: string, operation: Operation, schemas: Schemas) => html`
<section id="${operation.operationId}">
<h3><a href="#${operation.operationId}">${operation.summary}</a></h3>
<p><strong class="method">${method.toUpperCase()}</strong> <code>${path}</code></p>
<p>${prose(operation.description)}</p>
${rowsOf(
  'Parameter',
  (operation.parameters ?? []).map(({ name, in: place, required, description, schema }) => ({
    name,
    // Every reason or code in a row would bury the others; they are in the document.
    where: `${place}, ${shortened(typeOf(schema, schemas))}`,
    isRequired: required === true,
    description,
  })),
)}
${operation.requestBody === undefined ? '' : bodyOf(operation.requestBody.content, schemas)}
${Object.entries(operation.responses).map(
  ([status, { description, content }]) =>
    html`<details><summary><code>${status}</code> ${prose(description)}</summary>${examplesOf(content)}</details>`,
)}
</section>`;

/** The page. */
export const referencePage = async ({
  info,
  tags = [],
  paths = {},
  components = {},
}: ReferenceDocument): Promise<string> => {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const of = (tag: string) => operations.filter(({ operation }) => operation.tags?.includes(tag) === true);
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the operations</a>
<header><a href="/">Sluice</a><a href="/integrations/s3">S3 integrations</a><a href="/guide">Guide</a><a href="/problems">Errors</a><a href="/api/reference" aria-current="page">API</a></header>
<div class="page">
<nav aria-label="Operations">${tags.map(
    ({ name }) =>
      html`<details><summary>${name}</summary><ul>${of(name).map(
        ({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>`,
      )}</ul></details>`,
  )}</nav>
<main id="main" tabindex="-1">
<h1>${info.title} ${info.version}</h1>
<p>${prose(info.description)} How to sign in, page, retry and edit: <a href="/guide/api">the guide</a>. For programs: <a href="/api/openapi.json">OpenAPI 3.1</a>.</p>
${tags.map(
  ({ name, description }) =>
    html`<section><h2>${name}</h2><p>${prose(description)}</p>${of(name).map(({ method, path, operation }) =>
      operationOf(method, path, operation, components.schemas ?? {}),
    )}</section>`,
)}</main>
</div>
</body>
</html>`;
  return String(page);
};
