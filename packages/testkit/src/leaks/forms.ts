import { Buffer } from 'node:buffer';

/** A secret as others' code writes it down, by the name of the way. Every form is enough to have the secret back. */
export function formsOf(secret: string): ReadonlyMap<string, string> {
  const percent = encodeURIComponent(secret);
  const hex = Buffer.from(secret).toString('hex');
  const forms: readonly (readonly [string, string])[] = [
    ['plain', secret],
    ['reversed', Array.from(secret).reverse().join('')],
    ['percent', percent],
    ['lower-case percent', percent.replace(/%../g, (code) => code.toLowerCase())],
    ['percent twice', encodeURIComponent(percent)],
    ['percent on every byte', hex.replace(/../g, '%$&')],
    ['form', new URLSearchParams({ a: secret }).toString().slice(2)],
    ['json', JSON.stringify(secret).slice(1, -1)],
    ['json twice', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['hex', hex],
    ['upper-case hex', hex.toUpperCase()],
    ...[0, 1, 2].flatMap((shift) => {
      const inner = base64Within(secret, shift);
      return [
        [`base64, shifted by ${shift}`, inner],
        [`base64url, shifted by ${shift}`, inner.replaceAll('+', '-').replaceAll('/', '_')],
        [`base64 in a URL, shifted by ${shift}`, encodeURIComponent(inner)],
      ] as const;
    }),
  ];
  return new Map(forms);
}

/** The letters that are the same wherever the secret stands in what is encoded, with `shift` bytes before it in its group. */
function base64Within(secret: string, shift: number): string {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
  const letters = Buffer.from(bytes).toString('base64').replace(/=+$/, '');
  // The first letters hold bits of what stands before, the last one may hold bits of what follows.
  const begin = shift === 0 ? 0 : shift + 1;
  const end = Math.floor((bytes.length * 8) / 6);
  return letters.slice(begin, end);
}
