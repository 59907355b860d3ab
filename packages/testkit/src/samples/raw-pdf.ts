import { deflateSync } from 'node:zlib';
import { concat } from './png.ts';

/** An object's body, or a stream. */
export type RawObject = string | { readonly dict: string; readonly data: Uint8Array };

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

function objectBytes(number: number, object: RawObject): Uint8Array {
  if (typeof object === 'string') return latin1(`${number} 0 obj\n${object}\nendobj\n`);
  const head = `${number} 0 obj\n<<${object.dict} /Length ${object.data.length}>>\nstream\n`;
  return concat([latin1(head), object.data, latin1('\nendstream\nendobj\n')]);
}

/** A stream, packed with Flate unless told otherwise. */
export function rawStream(content: string, options: { dict?: string; pack?: boolean } = {}): RawObject {
  const dict = options.dict ?? '';
  return options.pack === false
    ? { dict, data: latin1(content) }
    : { dict: `${dict} /Filter /FlateDecode`, data: new Uint8Array(deflateSync(latin1(content))) };
}

export interface RawOptions {
  readonly version?: string;
  readonly header?: string;
  /** More of the trailer dictionary. */
  readonly trailer?: string;
}

/** A file written by hand: objects 1, 2, 3, … (the first is the catalog) and a classic cross-reference table. */
export function rawPdf(objects: readonly RawObject[], options: RawOptions = {}): Uint8Array {
  const parts = [latin1(options.header ?? `%PDF-${options.version ?? '1.4'}\n%\xe2\xe3\xcf\xd3\n`)];
  return finish(
    parts,
    objects.map((object, index) => [index + 1, object] as const),
    { ...options, size: objects.length + 1 },
  );
}

/** Appends an incremental update with these objects to a file that {@link rawPdf} made. */
export function updatedRawPdf(
  base: Uint8Array,
  objects: readonly (readonly [number: number, object: RawObject])[],
  size: number,
): Uint8Array {
  const previous = /startxref\n(\d+)/.exec(Buffer.from(base).toString('latin1'))?.[1] ?? '0';
  return finish([base], objects, { trailer: `/Prev ${previous}`, size });
}

function finish(
  head: readonly Uint8Array[],
  objects: readonly (readonly [number: number, object: RawObject])[],
  options: { trailer?: string; size: number },
): Uint8Array {
  const parts = [...head];
  let position = head.reduce((sum, part) => sum + part.length, 0);
  const first = head.length === 1 && position < 64;
  let table = first ? 'xref\n0 1\n0000000000 65535 f \n' : 'xref\n';
  for (const [number, object] of objects) {
    table += `${number} 1\n${String(position).padStart(10, '0')} 00000 n \n`;
    const bytes = objectBytes(number, object);
    parts.push(bytes);
    position += bytes.length;
  }
  const trailer = `trailer\n<</Size ${options.size} /Root 1 0 R ${options.trailer ?? ''}>>\nstartxref\n${position}\n%%EOF\n`;
  return concat([...parts, latin1(table + trailer)]);
}
