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

/**
 * Appends an incremental update (ISO 32000-1, 7.5.6): every byte of the original stays where it is, so no page
 * can change. The cross-reference section takes the form of the original's last one.
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
  const parts: Uint8Array[] = [];
  let position = original.length;
  const write = (part: Uint8Array | string): void => {
    const bytes = typeof part === 'string' ? ascii.encode(part) : part;
    parts.push(bytes);
    position += bytes.length;
  };
  const lastByte = original.at(-1);
  if (lastByte !== 10 && lastByte !== 13) write('\n');
  const offsets: Entry[] = [];
  let next = size;
  // Only a file with a cross-reference stream can say where an object in an object stream is.
  const packed = updates.filter(({ data, generation }) => previous.isStream && !data && generation === 0);
  const isPacked = new Set(packed);
  for (let from = 0; from < packed.length; from += PACKED_TOGETHER) {
    const group = packed.slice(from, from + PACKED_TOGETHER);
    const objectNumber = next++;
    const { dictionary, data } = objectStream(group);
    offsets.push({ objectNumber, generation: 0, offset: position });
    for (const [index, update] of group.entries())
      offsets.push({ ...update, offset: 0, inStream: { objectNumber, index } });
    write(`${objectNumber} 0 obj\n${dictionary}\nstream\n`);
    write(data);
    write('\nendstream\nendobj\n');
  }
  for (const update of updates) {
    if (isPacked.has(update)) continue;
    const { objectNumber, generation, dict, data } = update;
    offsets.push({ objectNumber, generation, offset: position });
    write(`${objectNumber} ${generation} obj\n`);
    if (data) {
      write(`${serialize(dict).slice(0, -2)} /Length ${data.length}>>\nstream\n`);
      write(data);
      write('\nendstream');
    } else write(serialize(dict));
    write('\nendobj\n');
  }
  const start = position;
  const entries = [...trailer].map(([key, value]) => `/${key} ${value}`).join(' ');
  if (previous.isStream) {
    offsets.push({ objectNumber: next, generation: 0, offset: start });
    const rows = sorted(offsets);
    const index = rows.map((row) => `${row.objectNumber} 1`).join(' ');
    const data = crossReferenceData(rows);
    write(
      `${next} 0 obj\n<</Type /XRef /Size ${next + 1} /Prev ${previous.offset} /W [1 4 2] /Index [${index}] ` +
        `${entries} /Length ${data.length}>>\nstream\n`,
    );
    write(data);
    write('\nendstream\nendobj\n');
  } else {
    write('xref\n');
    for (const row of sorted(offsets)) {
      const offset = String(row.offset).padStart(10, '0');
      write(`${row.objectNumber} 1\n${offset} ${String(row.generation).padStart(5, '0')} n \n`);
    }
    write(`trailer\n<</Size ${size} /Prev ${previous.offset} ${entries}>>\n`);
  }
  write(`startxref\n${start}\n%%EOF\n`);
  const out = new Uint8Array(position);
  out.set(original);
  let at = original.length;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function objectStream(group: readonly ObjectUpdate[]): { dictionary: string; data: Uint8Array } {
  let index = '';
  let body = '';
  for (const { objectNumber, dict } of group) {
    index += `${objectNumber} ${body.length} `;
    body += `${serialize(dict)}\n`;
  }
  const data = deflate(ascii.encode(index + body));
  const dictionary =
    `<</Type /ObjStm /N ${group.length} /First ${index.length} /Filter /FlateDecode ` +
    `/Length ${data.length}>>`;
  return { dictionary, data };
}

function sorted(rows: readonly Entry[]): Entry[] {
  return [...rows].sort((a, b) => a.objectNumber - b.objectNumber);
}

function crossReferenceData(rows: readonly Entry[]): Uint8Array {
  const data = new Uint8Array(rows.length * 7);
  const view = new DataView(data.buffer);
  for (const [index, row] of rows.entries()) {
    view.setUint8(index * 7, row.inStream ? 2 : 1);
    view.setUint32(index * 7 + 1, row.inStream?.objectNumber ?? row.offset);
    view.setUint16(index * 7 + 5, row.inStream?.index ?? row.generation);
  }
  return data;
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
