import { XmlReader } from './reader.ts';

/** Local name of the root element, or null when the text is no XML. */
export const rootName = (xml: string): string | null => {
  try {
    return new XmlReader(xml).root();
  } catch {
    return null;
  }
};

/**
 * Direct children of the root that hold text only, by local name; the first of a name counts. For the small flat
 * answers: errors, copy, multipart.
 *
 * @throws XmlError
 */
export const readFlat = (xml: string): { root: string; fields: Readonly<Record<string, string>> } => {
  const reader = new XmlReader(xml);
  const root = reader.root();
  const fields: Record<string, string> = {};
  readFields(reader, fields);
  reader.end();
  return { root, fields };
};

const readFields = (reader: XmlReader, fields: Record<string, string>): void => {
  for (let child = reader.child(); child !== null; child = reader.child()) {
    const text = reader.content();
    if (text !== null && !Object.hasOwn(fields, child)) fields[child] = text;
  }
};

/** Children of the root named `name`, each with its fields. @throws XmlError */
export const readRecords = (
  xml: string,
): { root: string; records: readonly { name: string; fields: Readonly<Record<string, string>> }[] } => {
  const reader = new XmlReader(xml);
  const root = reader.root();
  const records: { name: string; fields: Record<string, string> }[] = [];
  for (let child = reader.child(); child !== null; child = reader.child()) {
    const fields: Record<string, string> = {};
    readFields(reader, fields);
    records.push({ name: child, fields });
  }
  reader.end();
  return { root, records };
};

const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * Text for an element, or null when it cannot be relied upon to arrive: XML 1.0 has no control characters, and
 * servers were seen that trim white space or do not decode numeric entities (R2's local endpoint) and would so take
 * one key for another.
 */
export const escapeText = (text: string): string | null => {
  if (/^\s|\s$|[\p{Cc}\ufffe\uffff]/u.test(text)) return null;
  return text.replace(/[&<>"']/g, (char) => NAMED[char] ?? char);
};
