import { inflateSync } from 'node:zlib';

const STREAM = /stream\n([\s\S]*?)\nendstream/g;

/** What a file says, its packed streams unpacked: objects may be in one of them. */
export function writtenIn(pdf: Uint8Array): string {
  return textOf(pdf).replace(STREAM, (_, data: string) => `stream\n${unpacked(data)}\nendstream`);
}

/** The streams of a file, one after the other, unpacked. */
export function streamsOf(pdf: Uint8Array): string {
  return Array.from(textOf(pdf).matchAll(STREAM), ([, data = '']) => unpacked(data)).join('\n');
}

function textOf(pdf: Uint8Array): string {
  return Buffer.from(pdf).toString('latin1');
}

function unpacked(data: string): string {
  const bytes = Buffer.from(data, 'latin1');
  return bytes[0] === 0x78 ? inflateSync(bytes).toString('latin1') : data;
}
