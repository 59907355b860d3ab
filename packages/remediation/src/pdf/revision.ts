import { PdfDict, PdfName, PdfRef, PdfStream } from '@libpdf/core';
import { deflate } from 'pako';
import { lastCrossReference, type ObjectUpdate } from './append-update.ts';
import type { OpenDocument } from './open-document.ts';

/** Shorter streams hardly become shorter, and setting up to pack them takes time. */
const PACKED_BYTES = 256;
const FLATE = PdfName.of('FlateDecode');

/**
 * New and changed objects of a document. They are appended to the original, or, where that is impossible, given to
 * @libpdf/core, which writes the file anew.
 */
export class Revision {
  /** Whether the original can be continued. Encrypted files, and those whose table was recovered, cannot. */
  readonly appends: boolean;
  readonly #document: OpenDocument;
  readonly #updates = new Map<number, ObjectUpdate>();
  #next: number;

  constructor(original: Uint8Array, document: OpenDocument) {
    const { pdf } = document.objects;
    this.#document = document;
    const whole = !pdf.isEncrypted && !pdf.recoveredViaBruteForce;
    this.appends = whole && lastCrossReference(original) !== undefined;
    const declared = document.objects.number(pdf.context.info.trailer, 'Size') ?? 0;
    // A wild /Size (PDF allows 8,388,607 objects) must not push the new objects out of reach.
    this.#next = Math.max(pdf.context.registry.nextObjectNumber, declared <= 8_000_000 ? declared : 0);
  }

  get updates(): readonly ObjectUpdate[] {
    return [...this.#updates.values()];
  }

  /** One more than the highest object number in use. */
  get size(): number {
    return this.#next;
  }

  /** A new object; it may still be changed until the file is written. */
  add(dict: PdfDict): PdfRef {
    if (!this.appends) return this.#document.objects.pdf.context.register(dict);
    return this.#put(dict);
  }

  /** A new stream, packed unless it is too short for that. `dict` says nothing of its length and filters. */
  addStream(dict: PdfDict, content: Uint8Array, pack = content.length >= PACKED_BYTES): PdfRef {
    const data = pack ? deflate(content) : content;
    const entries = new PdfStream([...dict], data);
    if (pack) entries.set('Filter', FLATE);
    if (!this.appends) return this.#document.objects.pdf.context.register(entries);
    return this.#put(withoutLength(entries), data);
  }

  /** Takes a new object out again; nothing may refer to it. */
  drop({ objectNumber }: PdfRef): void {
    this.#updates.delete(objectNumber);
  }

  /** An object of the original that has been changed in place. */
  change(ref: PdfRef, dict: PdfDict): void {
    const { objectNumber, generation } = ref;
    if (this.appends) this.#updates.set(objectNumber, { objectNumber, generation, dict, isNew: false });
  }

  #put(dict: PdfDict, data?: Uint8Array): PdfRef {
    const objectNumber = this.#next++;
    this.#updates.set(objectNumber, {
      objectNumber,
      generation: 0,
      dict,
      isNew: true,
      ...(data && { data }),
    });
    return PdfRef.of(objectNumber, 0);
  }
}

function withoutLength(stream: PdfStream): PdfDict {
  return new PdfDict([...stream].filter(([key]) => key.value !== 'Length'));
}
