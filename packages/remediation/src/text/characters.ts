/** Text without what neither HTML nor XML allows: control characters (but tab and line feed), non-characters, halves of pairs. */
export function printable(text: string): string {
  return text.toWellFormed().replace(/(?![\t\n])\p{Cc}|\p{Noncharacter_Code_Point}/gu, '');
}
