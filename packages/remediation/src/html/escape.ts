import { printable } from '../text/characters.ts';

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or a quoted attribute. Characters that HTML forbids are dropped. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const SCHEMES = new Set(['http:', 'https:', 'mailto:']);
const MAX_HREF_LENGTH = 2048;

/** A link target that may stand in the page, normalised; undefined for any scheme but http, https and mailto. */
export function safeHref(target: string): string | undefined {
  const trimmed = target.trim();
  if (trimmed.length > MAX_HREF_LENGTH) return undefined;
  const withScheme = /^www\./i.test(trimmed) ? `https://${trimmed}` : trimmed;
  if (!URL.canParse(withScheme)) return undefined;
  const url = new URL(withScheme);
  return SCHEMES.has(url.protocol) ? url.href : undefined;
}
