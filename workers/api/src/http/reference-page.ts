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

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0 auto;max-width:60rem;padding:1rem}
h1,h2,h3{line-height:1.2}h3{overflow-wrap:anywhere}section section{border-top:1px solid #8886;padding-top:.5rem;margin-top:1.5rem}
code,pre{font:.875rem/1.45 ui-monospace,monospace}pre{overflow-x:auto;background:#8881;padding:.75rem;border-radius:.375rem}
code{overflow-wrap:anywhere}.method{display:inline-block;min-width:4.5rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8883}summary{cursor:pointer}
nav li{overflow-wrap:anywhere}nav ul{columns:20rem;margin-top:0}details{margin:.25rem 0;padding-left:1.25rem}summary{text-indent:-1.25rem}
section[id]{scroll-margin-top:1rem}section:target>h3{text-decoration:underline}h3 a{color:inherit;text-decoration:none}
th,td{overflow-wrap:anywhere}td:not(:last-child){min-width:8rem}@media(max-width:40rem){table,tbody,tr,td,th{display:block}thead{display:none}td{border:0}tr{border-bottom:1px solid #8883}}`;

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
<h1>${info.title} ${info.version}</h1>
<p>${prose(info.description)} For programs: <a href="/api/openapi.json">OpenAPI 3.1</a>.</p>
<nav aria-label="Operations">${tags.map(
    ({ name }) =>
      html`<details open><summary>${name}</summary><ul>${of(name).map(
        ({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>`,
      )}</ul></details>`,
  )}</nav>
<main>${tags.map(
    ({ name, description }) =>
      html`<section><h2>${name}</h2><p>${prose(description)}</p>${of(name).map(
        ({ method, path, operation }) => operationOf(method, path, operation, components.schemas ?? {}),
      )}</section>`,
  )}</main>
</body>
</html>`;
  return String(page);
};
