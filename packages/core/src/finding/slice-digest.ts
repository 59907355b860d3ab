import type { ObjectSummary } from '../ports/bucket.ts';

/**
 * The order-free digest of a slice: 128 bits per object, added lane by lane modulo 2^32. Adding makes it independent
 * of order and of page borders, and lets two slices be merged by adding their digests. It guards against change, not
 * against an attacker: the only bucket a customer could confuse with a collision is their own.
 */
export class SliceDigest {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  add(object: Pick<ObjectSummary, 'key' | 'etag' | 'sizeBytes'>): void {
    const text = `${object.key}\u0000${object.etag}\u0000${object.sizeBytes}`;
    // cyrb128: four multiplicative lanes over UTF-16 code units, public domain.
    let h1 = 1779033703;
    let h2 = 3144134277;
    let h3 = 1013904242;
    let h4 = 2773480762;
    for (let i = 0; i < text.length; i += 1) {
      const k = text.charCodeAt(i);
      h1 = h2 ^ Math.imul(h1 ^ k, 597399067);
      h2 = h3 ^ Math.imul(h2 ^ k, 2869860233);
      h3 = h4 ^ Math.imul(h3 ^ k, 951274213);
      h4 = h1 ^ Math.imul(h4 ^ k, 2716044179);
    }
    h1 = Math.imul(h3 ^ (h1 >>> 18), 597399067);
    h2 = Math.imul(h4 ^ (h2 >>> 22), 2869860233);
    h3 = Math.imul(h1 ^ (h3 >>> 17), 951274213);
    h4 = Math.imul(h2 ^ (h4 >>> 19), 2716044179);
    this.#a = (this.#a + (h1 ^ h2 ^ h3 ^ h4)) | 0;
    this.#b = (this.#b + (h2 ^ h1)) | 0;
    this.#c = (this.#c + (h3 ^ h1)) | 0;
    this.#d = (this.#d + (h4 ^ h1)) | 0;
  }

  /** 32 hex digits. */
  toString(): string {
    return [this.#a, this.#b, this.#c, this.#d]
      .map((lane) => (lane >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }
}

/** The digest of one text, 32 hex digits. */
export const digestOfText = (text: string): string => {
  const digest = new SliceDigest();
  digest.add({ key: text, etag: '', sizeBytes: 0 });
  return digest.toString();
};

/** The digest of two neighbouring slices made one. */
export const addDigests = (left: string, right: string): string => {
  let sum = '';
  for (let i = 0; i < 32; i += 8) {
    const lane =
      (Number.parseInt(left.slice(i, i + 8), 16) + Number.parseInt(right.slice(i, i + 8), 16)) >>> 0;
    sum += lane.toString(16).padStart(8, '0');
  }
  return sum;
};
