import { type Block, type PageStructure, plainText } from '../structure/types.ts';
import { escapeHtml } from './escape.ts';

/** A document with fewer headings is found one's way in without. */
const MIN_HEADINGS = 3;

/** Identifier of each heading, and of the title above them. */
export type Anchors = ReadonlyMap<Block, string>;

export function headingAnchors(pages: readonly PageStructure[]): Anchors {
  const headings = pages.flatMap(({ blocks }) =>
    blocks.filter(({ kind }) => kind === 'heading' || kind === 'title'),
  );
  return new Map(headings.map((block, index) => [block, `heading-${index + 1}`]));
}

/** Links to the headings, nested as they are; empty when there are few. */
export function renderNavigation(anchors: Anchors): string {
  if (anchors.size < MIN_HEADINGS) return '';
  const items: string[] = [];
  const open: number[] = [];
  for (const [block, id] of anchors) {
    if (block.kind !== 'heading' && block.kind !== 'title') continue;
    const level = block.kind === 'title' ? 0 : block.level;
    while (open.length > 0 && (open.at(-1) ?? 0) > level) {
      items.push('</li></ul>');
      open.pop();
    }
    const last = open.at(-1);
    if (last === undefined || last < level) {
      items.push('<ul>');
      open.push(level);
    } else items.push('</li>');
    items.push(`<li><a href="#${id}">${escapeHtml(plainText(block.content).trim())}</a>`);
  }
  items.push(...open.map(() => '</li></ul>'));
  return `<nav aria-label="Headings">\n${items.join('')}\n</nav>`;
}
