import { printable } from '../text/characters.ts';

/** Titles that writers leave behind without asking their user. */
const WORTHLESS =
  /^(?:untitled.*|unbenannt.*|document ?\d*|dokument ?\d*|title|no title|doc\d+|slide \d+|(?:powerpoint|excel) presentation|.*\.(?:docx?|pdf|indd|qxd|tex|dvi|xlsx?|pptx?|txt|rtf|odt|pages)|microsoft (?:word|powerpoint|excel) - .*)$/i;

const MAX_TITLE_CHARACTERS = 300;

/** A title worth showing, tidied; undefined when it is none. */
export function usableTitle(title: string | undefined): string | undefined {
  const tidy = title === undefined ? '' : printable(title.replace(/\s+/g, ' ')).trim();
  if (tidy.length < 2 || WORTHLESS.test(tidy) || !/[\p{L}\p{N}]/u.test(tidy)) return undefined;
  return clip(tidy);
}

/** A file name made readable: no extension, separators as spaces, decoded, first letter large. */
export function titleFromFileName(fileName: string): string {
  const last = fileName.split('/').findLast((part) => part !== '') ?? '';
  const spaced = printable(decode(last))
    .replace(/\.[A-Za-z0-9]{1,5}$/, '')
    .replace(/[_+\s]+|(?<=\p{L})-(?=\p{L})/gu, ' ')
    .trim();
  if (!/[\p{L}\p{N}]/u.test(spaced)) return 'Document';
  return clip(spaced.charAt(0).toLocaleUpperCase('en') + spaced.slice(1));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that is just a percent sign
  }
}

function clip(title: string): string {
  const characters = Array.from(title);
  return characters.length <= MAX_TITLE_CHARACTERS
    ? title
    : `${characters.slice(0, MAX_TITLE_CHARACTERS - 1).join('')}…`;
}
