import type {
  Block,
  FigureBlock,
  Inline,
  ListBlock,
  PageStructure,
  TableBlock,
  TableCell,
} from '../structure/types.ts';
import { escapeHtml } from './escape.ts';

export interface HtmlDocument {
  readonly language: string;
  readonly title: string;
  readonly pages: readonly PageStructure[];
}

const STYLE =
  'body{font:1rem/1.6 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem;color:#1a1a1a;' +
  'background:#fff}section+section{border-top:1px solid #767676;margin-top:2rem}a{color:#0645ad}' +
  'p,li,th,td,h1,h2,h3,h4,h5,h6{overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}' +
  'th,td{border:1px solid #767676;padding:.3rem .5rem;text-align:left;vertical-align:top}' +
  '@media(prefers-color-scheme:dark){body{color:#eee;background:#111}a{color:#8ab4f8}}';

const RIGHT_TO_LEFT = /^(?:ar|fa|he|ur|yi|ps|sd|ug)\b/i;

/** One self-contained page: no scripts, no outside resources; text and links are escaped. */
export function renderHtml({ language, title, pages }: HtmlDocument): string {
  const shift = headingShift(pages);
  const direction = RIGHT_TO_LEFT.test(language) ? ' dir="rtl"' : '';
  const lines = [
    '<!DOCTYPE html>',
    `<html lang="${escapeHtml(language)}"${direction}>`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
  ];
  if (shift > 0) lines.push(`<h1>${escapeHtml(title)}</h1>`);
  for (const [index, page] of pages.entries()) {
    lines.push(`<section id="page-${index + 1}" aria-label="Page ${index + 1}">`);
    for (const block of page.blocks) lines.push(renderBlock(block, shift));
    if (page.scanned) lines.push('<p>This page is a picture without text. It needs text recognition.</p>');
    lines.push('</section>');
  }
  lines.push('</main>', '</body>', '</html>', '');
  return lines.join('\n');
}

/** The page has one h1: the document's own if it opens with one and repeats it nowhere, else its title. */
function headingShift(pages: readonly PageStructure[]): number {
  const levels = pages.flatMap((page) =>
    page.blocks.flatMap((block) => (block.kind === 'heading' ? [block.level] : [])),
  );
  const single = levels[0] === 1 && levels.filter((level) => level === 1).length === 1;
  return single ? 0 : 1;
}

function renderBlock(block: Block, shift: number): string {
  switch (block.kind) {
    case 'heading': {
      const level = Math.min(6, block.level + shift);
      return `<h${level}>${renderInlines(block.content)}</h${level}>`;
    }
    case 'paragraph':
      return `<p>${renderInlines(block.content)}</p>`;
    case 'list':
      return renderList(block);
    case 'table':
      return renderTable(block);
    case 'figure':
      return renderFigure(block);
  }
}

function renderList({ ordered, style, start, items }: ListBlock): string {
  const body = items
    .map((item) => `<li>${renderInlines(item.content)}${item.lists.map(renderList).join('')}</li>`)
    .join('');
  if (!ordered) return `<ul>${body}</ul>`;
  const type = style === '1' ? '' : ` type="${style}"`;
  return `<ol${type}${start === 1 ? '' : ` start="${start}"`}>${body}</ol>`;
}

function renderTable({ rows }: TableBlock): string {
  const [first, ...others] = rows.map((row) => `<tr>${row.map(renderCell).join('')}</tr>`);
  const headed = rows.length > 1 && rows[0]?.some((cell) => cell.scope === 'column');
  const head = headed ? `<thead>${first}</thead>\n` : '';
  const body = (headed ? others : [first, ...others]).join('\n');
  return `<table>\n${head}<tbody>${body}</tbody>\n</table>`;
}

function renderCell({ scope, columns, rows, content }: TableCell): string {
  const spans = (columns > 1 ? ` colspan="${columns}"` : '') + (rows > 1 ? ` rowspan="${rows}"` : '');
  const text = renderInlines(content);
  if (scope === undefined || text === '') return `<td${spans}>${text}</td>`;
  return `<th scope="${scope === 'column' ? 'col' : 'row'}"${spans}>${text}</th>`;
}

/** The picture itself stays in the PDF: a person has to say what it shows. */
function renderFigure({ page, caption }: FigureBlock): string {
  const text = renderInlines(caption);
  const note = `<p>Picture on <a href="#page-${page + 1}">page ${page + 1}</a> of the PDF; ${
    text === '' ? 'it has no description yet' : 'its caption stands for a description'
  }.</p>`;
  return `<figure>${note}${text === '' ? '' : `<figcaption>${text}</figcaption>`}</figure>`;
}

function renderInlines(content: readonly Inline[]): string {
  return content
    .map(({ text, href }) =>
      href === undefined ? escapeHtml(text) : `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`,
    )
    .join('')
    .trim();
}
