import { PdfArray, PdfName, PdfNumber, PdfStream } from '@libpdf/core';
import { Inflate } from 'pako';
import { MAX_STREAM_BYTES } from '../limits.ts';
import { RemediationRefused } from '../refusal.ts';
import { serialize } from './serialize.ts';

/*
 * What @libpdf/core 0.4.2 lacks for files that nobody vouches for. Each guard has a test that hangs, or fails,
 * without it (test/hostile/hostile.test.ts, test/documents/document.test.ts).
 */

/** More reads of nothing at one place than any file can cause. */
const MAX_EMPTY_READS = 64;

/**
 * The bytes to be parsed. At a stray delimiter the library's tokenizer reads an empty word without moving on, and
 * its lenient mode does so for ever while it fills the memory: here that ends.
 */
export class GuardedBytes extends Uint8Array<ArrayBufferLike> {
  #emptyReads = 0;
  #emptyAt = -1;

  /** Copies and words of it are ordinary bytes; what is parsed on its own (`subarray(start)`) is guarded too. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  /** The same memory, guarded. */
  static over(bytes: Uint8Array): GuardedBytes {
    return new GuardedBytes(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  override subarray(start?: number, end?: number): Uint8Array {
    const part = super.subarray(start, end);
    if (part.length > 0) return end === undefined ? GuardedBytes.over(part) : part;
    this.#emptyReads = start === this.#emptyAt ? this.#emptyReads + 1 : 0;
    this.#emptyAt = start ?? 0;
    if (this.#emptyReads > MAX_EMPTY_READS)
      throw new RemediationRefused('pdf_corrupt', 'The file is damaged inside one of its objects.');
    return part;
  }
}

let guarded = false;

/** Puts the guards in place, once. */
export function guardLibrary(): void {
  if (guarded) return;
  guarded = true;
  // oxlint-disable-next-line typescript/unbound-method -- called with its stream below
  const decode = PdfStream.prototype.getDecodedData;
  PdfStream.prototype.getDecodedData = function getDecodedData() {
    refuseBomb(this.data, filterNames(this));
    return GuardedBytes.over(decode.call(this));
  };
  // The library writes five decimals, which moves whatever a small matrix scales.
  PdfNumber.prototype.toBytes = function toBytes(writer) {
    writer.writeAscii(serialize(this));
  };
}

/** Names of a stream's filters; `?` for what is not a name. */
export function filterNames(stream: PdfStream): string[] {
  const filter = stream.get('Filter');
  if (filter instanceof PdfName) return [filter.value];
  if (filter instanceof PdfArray)
    return filter.toArray().map((item) => (item instanceof PdfName ? item.value : '?'));
  return filter === undefined ? [] : ['?'];
}

/** The library decodes without a ceiling, so the size is measured first, throwing the data away. */
function refuseBomb(data: Uint8Array, filters: readonly string[]): void {
  const packers = filters.filter((filter) => /^(?:Fl|LZW|RL|RunLength)/.test(filter));
  const growth = Math.max(1, ...packers.map((filter) => (filter.startsWith('R') ? 64 : 1400)));
  if (packers.length < 2 && data.length * growth <= MAX_STREAM_BYTES) return;
  const flateOnly = filters.length === 1 && filters[0]?.startsWith('Fl') === true;
  if (flateOnly && inflatedSize(data) <= MAX_STREAM_BYTES) return;
  // Behind another filter the size cannot be measured without decoding: small streams only, packed once.
  if (!flateOnly && packers.length < 2 && data.length * (packers.length === 0 ? 1 : 16) <= MAX_STREAM_BYTES)
    return;
  throw tooLarge();
}

export function tooLarge(): RemediationRefused {
  return new RemediationRefused(
    'pdf_too_complex',
    'A part of the file unpacks to far more data than it should.',
  );
}

/** Size after inflating, or just more than the ceiling. Damaged data counts up to where it breaks. */
export function inflatedSize(data: Uint8Array): number {
  const counter = { size: 0 };
  const inflate = new Inflate({ chunkSize: 65_536 });
  inflate.onData = (chunk: Uint8Array) => {
    counter.size += chunk.length;
  };
  for (let at = 0; at < data.length; at += 4096) {
    const goesOn = inflate.push(data.subarray(at, at + 4096), at + 4096 >= data.length);
    if (!goesOn || counter.size > MAX_STREAM_BYTES) break;
  }
  return counter.size;
}
