/**
 * Compares keys as S3 orders them: by the bytes of their UTF-8 form. JavaScript's own `<` compares UTF-16 code units,
 * which puts U+10000 and above before U+E000–U+FFFF; everything else agrees.
 */
export const compareKeys = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i += 1) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
};

/** Moves surrogates above the rest of the basic plane, where their code points are. */
const rank = (unit: number): number => {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
};
