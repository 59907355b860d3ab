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
