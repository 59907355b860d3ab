/** Whether PostgreSQL can hold a text: it has no U+0000, and a lone surrogate is no character of UTF-8. */
export const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/** A text as PostgreSQL can hold it, with what it cannot hold replaced by a visible sign. */
export const storableText = (text: string): string =>
  isStorable(text) ? text : text.replaceAll('\u0000', '\u2400').toWellFormed();

/** The same for every text within a JSON value, names of fields included. */
export const storableJson = <T>(value: T): T =>
  // What JSON leaves out (undefined, functions) the ledger could not hold either.
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? storableText(part) : part)),
  ) as T;
