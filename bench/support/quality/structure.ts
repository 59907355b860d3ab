import { load, type PdfJs } from './peers.ts';

/** A piece of a document's structure, in reading order. */
interface Piece {
  readonly role: string;
  /** White space squeezed out. */
  readonly text: string;
}

export interface Structure {
  readonly pieces: readonly Piece[];
  /** All tagged words in reading order. */
  readonly words: readonly string[];
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const squeeze = (text: string): string => text.normalize('NFKC').replace(/[\s\u00ad]+/g, '');

/** What ends an element's own text: what is inside these is theirs. */
const OWN = /^(H[1-6]?|LI|TD|TH)$/;

/** Reads a tagged PDF with pdf.js, which shares no code with what is measured. */
export async function readStructure(bytes: Uint8Array): Promise<Structure> {
  const { getDocumentProxy } = await load<PdfJs>('unpdf');
  const document = await getDocumentProxy(bytes.slice());
  const pieces: Piece[] = [];
  const words: string[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    const texts = textById((await page.getTextContent({ includeMarkedContent: true })).items);
    const visit = (node: unknown): string => {
      if (field(node, 'type') === 'content') {
        const text = texts.get(String(field(node, 'id'))) ?? '';
        words.push(...text.normalize('NFKC').split(/\s+/).filter(Boolean));
        return text;
      }
      const role = String(field(node, 'role'));
      const piece = { role, text: '' };
      if (OWN.test(role)) pieces.push(piece);
      const children = field(node, 'children');
      const inner = (Array.isArray(children) ? children : []).map(visit).join(' ');
      piece.text = squeeze(inner);
      // A list inside of an item, and a table inside of a cell, count for themselves.
      return role === 'L' || role === 'Table' ? '' : inner;
    };
    visit(await page.getStructTree());
  }
  await document.loadingTask.destroy();
  return { pieces: pieces.filter(({ text }) => text !== ''), words };
}

function textById(items: readonly unknown[]): Map<string, string> {
  const texts = new Map<string, string>();
  const open: (string | undefined)[] = [];
  for (const item of items) {
    const type = field(item, 'type');
    if (type === 'endMarkedContent') open.pop();
    else if (type !== undefined) {
      const id = field(item, 'id');
      open.push(typeof id === 'string' ? id : open.at(-1));
    } else {
      const id = open.at(-1);
      const text = String(field(item, 'str')) + (field(item, 'hasEOL') === true ? ' ' : '');
      if (id !== undefined) texts.set(id, (texts.get(id) ?? '') + text);
    }
  }
  return texts;
}
