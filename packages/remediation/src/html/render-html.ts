import type { LabelledField } from '../forms/label-fields.ts';
import {
  type Block,
  type ContentsEntry,
  type FigureBlock,
  type Inline,
  type ListBlock,
  listingsApart,
  type PageStructure,
  plainText,
  type TableBlock,
  type TableCell,
} from '../structure/types.ts';
import { escapeHtml } from './escape.ts';
import { type Anchors, headingAnchors, renderNavigation } from './navigation.ts';
import { PageStarts } from './page-starts.ts';
import { FieldValues } from './render-fields.ts';

export interface HtmlDocument {
  readonly language: string;
  readonly title: string;
  readonly pages: readonly PageStructure[];
  readonly fields: readonly LabelledField[];
}

interface Rendering {
  /** How much deeper headings are than in the document. */
  readonly shift: number;
  readonly anchors: Anchors;
  readonly fields: FieldValues;
  readonly starts: PageStarts;
}

const STYLE =
  'body{font:1rem/1.6 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem;color:#1a1a1a;' +
  'background:#fff}section+section{border-top:1px solid #767676;margin-top:2rem}a{color:#0645ad}' +
  'p,li,th,td,h1,h2,h3,h4,h5,h6{overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}' +
  'pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.875rem}ul.contents{list-style:none}input,button{font:inherit;max-width:100%}' +
  'th,td{border:1px solid #767676;padding:.3rem .5rem;text-align:left;vertical-align:top}' +
  '@media(prefers-color-scheme:dark){body{color:#eee;background:#111}a{color:#8ab4f8}}';

const RIGHT_TO_LEFT = /^(?:ar|fa|he|ur|yi|ps|sd|ug)\b/i;

/** One self-contained page: no scripts, no outside resources; text and links are escaped. */
export function renderHtml({ language, title, pages, fields }: HtmlDocument): string {
  const hasTitle = pages.some(({ blocks }) => blocks.some(({ kind }) => kind === 'title'));
  const shift = hasTitle ? 1 : headingShift(pages);
  const anchors = headingAnchors(pages);
  const starts = new PageStarts(pages);
  const rendering: Rendering = { shift, anchors, fields: new FieldValues(fields), starts };
  const navigation = renderNavigation(anchors);
  const lines = [
    '<!DOCTYPE html>',
    `<html${languageOf(language)}>`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
  ];
  if (navigation !== '') lines.push(navigation);
  lines.push('<main>');
  if (shift > 0 && !hasTitle) lines.push(`<h1>${escapeHtml(title)}</h1>`);
  for (const [index, page] of pages.entries()) {
    const content = page.blocks.map((block) => renderBlock(block, rendering));
    const rest = rendering.fields.restOf(index);
    if (rest !== '') content.push(`<p>${rest.trim()}</p>`);
    if (page.scanned) content.push('<p>This page is a picture without text. It needs text recognition.</p>');
    const id = starts.sectionId(index);
    if (id === '' && content.length === 0) continue;
    lines.push([`<section${id} aria-label="Page ${index + 1}">`, ...content, '</section>'].join('\n'));
  }
  lines.push('</main>', '</body>', '</html>', '');
  return lines.join('\n');
}

/** The page has one h1: the title that is set apart in the document; its own h1 if it opens with one and repeats it nowhere; else its title. */
function headingShift(pages: readonly PageStructure[]): number {
  const levels = pages.flatMap((page) =>
    page.blocks.flatMap((block) => (block.kind === 'heading' ? [block.level] : [])),
  );
  const single = levels[0] === 1 && levels.filter((level) => level === 1).length === 1;
  return single ? 0 : 1;
}

function languageOf(language: string | undefined): string {
  if (language === undefined) return '';
  const direction = RIGHT_TO_LEFT.test(language) ? ' dir="rtl"' : '';
  return ` lang="${escapeHtml(language)}"${direction}`;
}

function renderBlock(block: Block, rendering: Rendering): string {
  const language = languageOf(block.language);
  switch (block.kind) {
    case 'title':
    case 'heading': {
      const level = block.kind === 'title' ? 1 : Math.min(6, block.level + rendering.shift);
      const id = rendering.anchors.get(block);
      const heading = `<h${level} id="${id}"${language}>${renderInlines(block.content)}</h${level}>`;
      const beside = rendering.fields.beside(block.content);
      return beside === '' ? heading : `${heading}\n<p>${beside.trim()}</p>`;
    }
    case 'paragraph':
      return `<p${language}>${renderText(block.content, rendering)}</p>`;
    case 'listing': {
      const beside = rendering.fields.beside(block.content).trim();
      // A line whose words one space sets apart is kept as any other is.
      const listing = /\n| {2}/.test(plainText(block.content))
        ? renderListing(block.content, language)
        : `<p${language}><code>${renderInlines(block.content)}</code></p>`;
      return listing + (beside === '' ? '' : `\n<p>${beside}</p>`);
    }
    case 'list':
      return renderList(block, rendering, language);
    case 'table':
      return renderTable(block, rendering, language);
    case 'figure':
      return renderFigure(block);
    case 'note': {
      const label = renderInlines(block.label);
      return `<p role="note" id="${block.id}"${language}><sup>${label}</sup> ${renderText(block.content, rendering)}</p>`;
    }
    case 'contents':
      return renderContents(block.entries, 1);
  }
}

/** Text, the listings in it, and the form fields that are read with it. */
function renderText(content: readonly Inline[], { fields }: Rendering): string {
  const pieces = listingsApart(content).map((piece) =>
    piece.listing ? renderListing(piece.content) : renderInlines(piece.content),
  );
  return pieces.join('') + fields.beside(content);
}

/** Lines wrap where there is no room for them: nothing has to be scrolled. */
function renderListing(content: readonly Inline[], language = ''): string {
  return `<pre${language}><code>${inlineMarkup(content)}</code></pre>`;
}

function renderContents(entries: readonly ContentsEntry[], level: number): string {
  const items: string[] = [];
  for (let at = 0; at < entries.length; ) {
    let end = at + 1;
    while (end < entries.length && (entries[end]?.level ?? 0) > level) end++;
    const inner = end > at + 1 ? renderContents(entries.slice(at + 1, end), level + 1) : '';
    items.push(`<li>${renderInlines(entries[at]?.content ?? [])}${inner}</li>`);
    at = end;
  }
  return `<ul class="contents">${items.join('')}</ul>`;
}

function renderList(
  { ordered, style, start, items }: ListBlock,
  rendering: Rendering,
  language = '',
): string {
  const body = items
    .map((item) => {
      const { content, lists } = item;
      const inner = lists.map((list) => renderList(list, rendering)).join('');
      return `<li${rendering.starts.idOf(item)}>${renderText(content, rendering)}${inner}</li>`;
    })
    .join('');
  if (!ordered) return `<ul${language}>${body}</ul>`;
  const type = style === '1' ? '' : ` type="${style}"`;
  return `<ol${language}${type}${start === 1 ? '' : ` start="${start}"`}>${body}</ol>`;
}

function renderTable({ rows }: TableBlock, rendering: Rendering, language: string): string {
  const isHead = (row: readonly TableCell[]): boolean => row.some((cell) => cell.scope === 'column');
  const headRows = rows.every(isHead) ? 0 : rows.findIndex((row) => !isHead(row));
  const render = (row: readonly TableCell[]): string =>
    `<tr>${row.map((cell) => renderCell(cell, rendering)).join('')}</tr>`;
  const head = headRows > 0 ? `<thead>${rows.slice(0, headRows).map(render).join('\n')}</thead>\n` : '';
  // Rows of a page of their own are a body of their own.
  const bodies: { id: string; rows: string[] }[] = [];
  for (const row of rows.slice(headRows)) {
    const id = rendering.starts.idOf(row);
    const last = bodies.at(-1);
    if (last && id === '') last.rows.push(render(row));
    else bodies.push({ id, rows: [render(row)] });
  }
  const body = bodies.map(({ id, rows: own }) => `<tbody${id}>${own.join('\n')}</tbody>\n`).join('');
  return `<table${language}>\n${head}${body}</table>`;
}

function renderCell({ scope, columns, rows, content }: TableCell, rendering: Rendering): string {
  const spans = (columns > 1 ? ` colspan="${columns}"` : '') + (rows > 1 ? ` rowspan="${rows}"` : '');
  const text = renderText(content, rendering);
  if (scope === undefined || text === '') return `<td${spans}>${text}</td>`;
  return `<th scope="${scope === 'column' ? 'col' : 'row'}"${spans}>${text}</th>`;
}

/** The picture itself stays in the PDF: a person has to say what it shows. What is written in it can be read. */
function renderFigure(figure: FigureBlock): string {
  const { page, caption, text: inside } = figure;
  const text = renderInlines(caption);
  const note = `<p>Picture on <a href="#page-${page + 1}">page ${page + 1}</a> of the PDF; ${whatStandsFor(figure)}.</p>`;
  const words = inside.length === 0 ? '' : `<p>Written in it: ${renderInlines(inside)}</p>`;
  return `<figure>${note}${words}${text === '' ? '' : `<figcaption>${text}</figcaption>`}</figure>`;
}

function whatStandsFor({ caption, description, link }: FigureBlock): string {
  if (plainText(caption).trim() !== '') return 'its caption stands for a description';
  if (description !== undefined) return `a program says that it shows: ${escapeHtml(description)}`;
  if (link?.description === undefined) return 'it has no description yet';
  const target = escapeHtml(link.description);
  return `it is a link: ${link.href === undefined ? target : `<a href="${escapeHtml(link.href)}">${target}</a>`}`;
}

function renderInlines(content: readonly Inline[]): string {
  return inlineMarkup(content).trim();
}

function inlineMarkup(content: readonly Inline[]): string {
  return content
    .map(({ text, href, note, script }) => {
      const target = note === undefined ? href : `#${note}`;
      const body =
        target === undefined ? escapeHtml(text) : `<a href="${escapeHtml(target)}">${escapeHtml(text)}</a>`;
      const tag = note === undefined ? script : 'sup';
      return tag === undefined ? body : `<${tag}>${body}</${tag}>`;
    })
    .join('');
}
