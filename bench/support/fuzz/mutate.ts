/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What means something in a PDF, and most where it does not belong. */
const TOKENS = [
  '(',
  ')',
  '<<',
  '>>',
  '[',
  ']',
  '<',
  '>',
  ' R',
  '0 0 R',
  '1 0 R',
  '2 0 R',
  '-1',
  '99999999999',
  '1e99',
  'endobj',
  'endstream',
  'stream\n',
  'null',
  'xref',
  'trailer',
  'startxref\n0\n%%EOF',
  '/Kids [2 0 R]',
  '/Parent 3 0 R',
  '/Filter /LZWDecode',
  '/Filter [/FlateDecode /FlateDecode]',
  '/Prev 0',
  '/Length 1',
  '/W [9 9 9]',
  '/Size 2147483647',
  '/MediaBox [0 0 0 0]',
  '/Rotate 45',
  '/Encrypt 1 0 R',
  '/StructTreeRoot 1 0 R',
  ' Tj ',
  ' BT ',
  ' ET ',
  ' Do ',
  ' cm ',
  ' q ',
];
const MAX_EDITS = 12;
const MAX_PIECE_BYTES = 400;

/**
 * A damaged copy: bytes changed, dropped, doubled, tokens put in, a piece of another file, the end cut off.
 *
 * @param others files that pieces are taken from
 */
export function mutate(bytes: Uint8Array, others: readonly Uint8Array[], random: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit);
  const piece = (from: Uint8Array): Uint8Array => {
    const at = below(from.length);
    return from.subarray(at, at + 1 + below(MAX_PIECE_BYTES));
  };
  let result = Buffer.from(bytes);
  for (let edits = 1 + below(MAX_EDITS); edits > 0; edits--) {
    const at = below(result.length);
    const [head, tail] = [result.subarray(0, at), result.subarray(at)];
    switch (below(6)) {
      case 0:
        if (at < result.length) result[at] = below(256);
        break;
      case 1:
        result = Buffer.concat([head, tail.subarray(1 + below(MAX_PIECE_BYTES))]);
        break;
      case 2:
        result = Buffer.concat([head, Buffer.from(TOKENS[below(TOKENS.length)] ?? ''), tail]);
        break;
      case 3:
        result = Buffer.concat([head, piece(result), tail]);
        break;
      case 4:
        result = Buffer.concat([head, piece(others[below(others.length)] ?? bytes), tail]);
        break;
      default:
        // Rarely: what is left of a file that was cut off says least.
        if (below(10) === 0) result = Buffer.from(head);
    }
  }
  return new Uint8Array(result);
}
