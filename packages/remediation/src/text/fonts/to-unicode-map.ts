/** Entries of one block of a CMap. */
const BLOCK = 100;

/**
 * A map to Unicode (CMap) as a font's /ToUnicode has it.
 *
 * @param codes with their texts, ascending
 * @param bytes of a code
 */
export function toUnicodeMap(codes: readonly (readonly [number, string])[], bytes: number): string {
  const digits = bytes * 2;
  const hex = (value: number, length: number): string =>
    value.toString(16).toUpperCase().padStart(length, '0');
  const lines = codes.map(([code, text]) => {
    const units = Array.from({ length: text.length }, (_, at) => hex(text.charCodeAt(at), 4)).join('');
    return `<${hex(code, digits)}> <${units}>`;
  });
  const blocks: string[] = [];
  for (let from = 0; from < lines.length; from += BLOCK) {
    const part = lines.slice(from, from + BLOCK);
    blocks.push(`${part.length} beginbfchar`, ...part, 'endbfchar');
  }
  return [
    '/CIDInit /ProcSet findresource begin',
    '12 dict begin',
    'begincmap',
    '/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def',
    '/CMapName /Adobe-Identity-UCS def',
    '/CMapType 2 def',
    '1 begincodespacerange',
    `<${hex(0, digits)}> <${'F'.repeat(digits)}>`,
    'endcodespacerange',
    ...blocks,
    'endcmap',
    'CMapName currentdict /CMap defineresource pop',
    'end',
    'end',
    '',
  ].join('\n');
}
