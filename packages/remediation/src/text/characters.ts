/** Text without what neither HTML nor XML allows: control characters (but tab and line feed), non-characters, halves of pairs. */
export function printable(text: string): string {
  return text.toWellFormed().replace(/(?![\t\n])\p{Cc}|\p{Noncharacter_Code_Point}/gu, '');
}

/** Text as it is read: ligatures apart, private and control characters gone. */
export function cleanText(text: string): string {
  return printable(text)
    .replace(/[\ufb00-\ufb06]/g, (ligature) => ligature.normalize('NFKC'))
    .replace(/[\uf0b7\uf0a7]/g, '•')
    .replace(/[\t\n\ue000-\uf8ff]/g, '');
}

/** A 32-bit FNV-1a digest of a page's text in drawing order. */
export function textDigest(fragments: readonly { text: string }[]): number {
  let digest = 0x811c9dc5;
  for (const { text } of fragments) {
    for (let at = 0; at < text.length; at++)
      digest = Math.imul(digest ^ text.charCodeAt(at), 0x01000193) >>> 0;
    digest = Math.imul(digest ^ 0x20, 0x01000193) >>> 0;
  }
  return digest;
}
