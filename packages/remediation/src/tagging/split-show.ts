import type { Operand, Operation } from '../text/content-lexer.ts';

/** What an operator does besides showing its string. */
export function showPrefix({ operator, operands }: Operation): string {
  if (operator === "'") return 'T* ';
  if (operator !== '"') return '';
  const [wordSpacing, characterSpacing] = operands;
  return `${number(wordSpacing)} Tw ${number(characterSpacing)} Tc T* `;
}

/**
 * A show operation as several that draw the same glyphs at the same places.
 *
 * @param starts byte offsets, in its strings joined, at which a new part begins; the first is 0
 */
export function splitShow({ operator, operands }: Operation, starts: readonly number[]): string[] {
  const [first, , third] = operands;
  const items: readonly (Operand | undefined)[] =
    operator === 'TJ' && Array.isArray(first) ? first : [operator === '"' ? third : first];
  const parts = starts.map(() => '');
  let part = 0;
  let offset = 0;
  for (const item of items) {
    if (typeof item === 'number') parts[part] += `${number(item)} `;
    if (!(item instanceof Uint8Array)) continue;
    let at = 0;
    for (;;) {
      const next = starts[part + 1];
      const end = next === undefined ? item.length : Math.min(item.length, next - offset);
      if (end > at) parts[part] += hex(item.subarray(at, end));
      at = Math.max(at, end);
      if (next === undefined || next - offset > item.length) break;
      // A number that follows moves what comes behind it, so it may stand in the next part as well.
      if (next - offset === item.length) break;
      part++;
    }
    offset += item.length;
    while (starts[part + 1] !== undefined && (starts[part + 1] ?? 0) <= offset) part++;
  }
  return parts.map((body) => `[${body.trim()}] TJ`);
}

function number(value: Operand | undefined): string {
  if (typeof value !== 'number') return '0';
  const text = String(value);
  return text.includes('e') ? value.toFixed(10) : text;
}

function hex(bytes: Uint8Array): string {
  return `<${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}>`;
}
