import type { PdfDict } from '@libpdf/core';
import { deflate } from 'pako';
import { indexOf } from './open-document.ts';
import { serialize } from './serialize.ts';

/** A new or replaced object. */
export interface ObjectUpdate {
  readonly objectNumber: number;
  readonly generation: number;
  /** For a stream, its dictionary without /Length. */
  readonly dict: PdfDict;
  /** Bytes of a stream, as they are to be stored. */
  readonly data?: Uint8Array;
  /** The original has none of its number. */
  readonly isNew: boolean;
}

const ascii = new TextEncoder();

/** Objects in one object stream: enough to pack well, few enough to open one quickly. */
const PACKED_TOGETHER = 200;

/** A cross-reference entry: at an offset of the file, or in an object stream. */
interface Entry {
  readonly objectNumber: number;
  readonly generation: number;
  readonly offset: number;
  readonly inStream?: { readonly objectNumber: number; readonly index: number };
}

/** Fewer are not worth an object stream of their own in a file with a cross-reference table. */
const MIN_HIDDEN = 8;

/**
 * Appends an incremental update (ISO 32000-1, 7.5.6): every byte of the original stays where it is, so no page
 * can change. The cross-reference section takes the form of the original's last one. Objects are packed in object streams; a table
 * cannot say where those are, so a stream beside it does (a hybrid-reference file, 7.5.8.4), and only of new objects: what knows
 * nothing of such streams reads the file without its tags.
 *
 * @param trailer entries of the trailer dictionary other than /Size, /Prev and those of a stream
 * @param size one more than the highest object number in use, updates included
 * @returns undefined when the file does not end in a cross-reference section that can be continued
 */
export function appendUpdate(
  original: Uint8Array,
  updates: readonly ObjectUpdate[],
  trailer: ReadonlyMap<string, string>,
  size: number,
): Uint8Array | undefined {
  const previous = lastCrossReference(original);
  if (!previous) return undefined;
  const out = new Appended(original);
  const lastByte = original.at(-1);
  if (lastByte !== 10 && lastByte !== 13) out.write('\n');
  let next = size;
  const packable = updates.filter(
    ({ data, generation, isNew }) => !data && generation === 0 && (previous.isStream || isNew),
  );
  const packed = previous.isStream || packable.length >= MIN_HIDDEN ? packable : [];
  const hidden: Entry[] = [];
  for (let from = 0; from < packed.length; from += PACKED_TOGETHER) {
    const group = packed.slice(from, from + PACKED_TOGETHER);
    const objectNumber = next++;
    hidden.push({ objectNumber, generation: 0, offset: out.position });
    for (const [index, update] of group.entries())
      hidden.push({ ...update, offset: 0, inStream: { objectNumber, index } });
    out.stream(objectNumber, objectStream(group));
  }
  const isPacked = new Set(packed);
  const plain: Entry[] = [];
  for (const update of updates) {
    if (isPacked.has(update)) continue;
    const { objectNumber, generation, dict, data } = update;
    plain.push({ objectNumber, generation, offset: out.position });
    if (data) out.stream(objectNumber, { dictionary: serialize(dict).slice(0, -2), data }, generation);
    else out.write(`${objectNumber} ${generation} obj\n${serialize(dict)}\nendobj\n`);
  }
  const entries = [...trailer].map(([key, value]) => `/${key} ${value}`).join(' ');
  const crossReferences = (rows: Entry[], more: string): number => {
    const offset = out.position;
    const own = next++;
    out.stream(
      own,
      crossReferenceStream([...rows, { objectNumber: own, generation: 0, offset }], next, more),
    );
    return offset;
  };
  const previousAt = `/Prev ${previous.offset}`;
  let start: number;
  if (previous.isStream) start = crossReferences([...hidden, ...plain], `${previousAt} ${entries}`);
  else {
    const beside = hidden.length > 0 ? `/XRefStm ${crossReferences(hidden, '')}` : '';
    start = out.position;
    out.write(
      `xref\n${crossReferenceTable(plain)}trailer\n<</Size ${next} ${previousAt} ${beside} ${entries}>>\n`,
    );
  }
  out.write(`startxref\n${start}\n%%EOF\n`);
  return out.whole();
}

/** A file that grows at its end. */
class Appended {
  readonly #original: Uint8Array;
  readonly #parts: Uint8Array[] = [];
  position: number;

  constructor(original: Uint8Array) {
    this.#original = original;
    this.position = original.length;
  }

  write(part: Uint8Array | string): void {
    const bytes = typeof part === 'string' ? ascii.encode(part) : part;
    this.#parts.push(bytes);
    this.position += bytes.length;
  }

  /** @param dictionary without its end, and without the length */
  stream(objectNumber: number, { dictionary, data }: PackedStream, generation = 0): void {
    this.write(`${objectNumber} ${generation} obj\n${dictionary} /Length ${data.length}>>\nstream\n`);
    this.write(data);
    this.write('\nendstream\nendobj\n');
  }

  whole(): Uint8Array {
    const out = new Uint8Array(this.position);
    out.set(this.#original);
    let at = this.#original.length;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }
}

interface PackedStream {
  readonly dictionary: string;
  readonly data: Uint8Array;
}

function objectStream(group: readonly ObjectUpdate[]): PackedStream {
  let index = '';
  let body = '';
  for (const { objectNumber, dict } of group) {
    index += `${objectNumber} ${body.length} `;
    body += `${serialize(dict)}\n`;
  }
  const dictionary = `<</Type /ObjStm /N ${group.length} /First ${index.length} /Filter /FlateDecode`;
  return { dictionary, data: deflate(ascii.encode(index + body)) };
}

/** Entries in the order of their numbers, those that follow each other together. */
function sections(rows: readonly Entry[]): Entry[][] {
  const parts: Entry[][] = [];
  for (const row of [...rows].sort((a, b) => a.objectNumber - b.objectNumber)) {
    const part = parts.at(-1);
    if (part && part.at(-1)?.objectNumber === row.objectNumber - 1) part.push(row);
    else parts.push([row]);
  }
  return parts;
}

function crossReferenceTable(rows: readonly Entry[]): string {
  return sections(rows)
    .map((part) => {
      const lines = part.map(({ offset, generation }) => {
        const place = String(offset).padStart(10, '0');
        return `${place} ${String(generation).padStart(5, '0')} n \n`;
      });
      return `${part[0]?.objectNumber ?? 0} ${part.length}\n${lines.join('')}`;
    })
    .join('');
}

function crossReferenceStream(rows: readonly Entry[], size: number, more: string): PackedStream {
  const parts = sections(rows);
  const index = parts.map((part) => `${part[0]?.objectNumber ?? 0} ${part.length}`).join(' ');
  const data = new Uint8Array(rows.length * 7);
  const view = new DataView(data.buffer);
  for (const [at, row] of parts.flat().entries()) {
    view.setUint8(at * 7, row.inStream ? 2 : 1);
    view.setUint32(at * 7 + 1, row.inStream?.objectNumber ?? row.offset);
    view.setUint16(at * 7 + 5, row.inStream?.index ?? row.generation);
  }
  const dictionary = `<</Type /XRef /Size ${size} /W [1 4 2] /Index [${index}] ${more} /Filter /FlateDecode`;
  return { dictionary, data: deflate(data) };
}

/** Where the file's last cross-reference section is, when it is where the file says. */
export function lastCrossReference(bytes: Uint8Array): { offset: number; isStream: boolean } | undefined {
  const tailStart = Math.max(0, bytes.length - 2048);
  const tail = String.fromCharCode(...bytes.subarray(tailStart));
  const offsetText = [...tail.matchAll(/startxref\s+(\d{1,10})\s/g)].at(-1)?.[1];
  if (offsetText === undefined) return undefined;
  const offset = Number(offsetText);
  const head = String.fromCharCode(...bytes.subarray(offset, offset + 32));
  if (/^\s*xref\s/.test(head)) return { offset, isStream: false };
  const isStream = /^\s*\d+\s+\d+\s+obj\b/.test(head) && indexOf(bytes, '/XRef', offset) >= 0;
  return isStream ? { offset, isStream } : undefined;
}
