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

/** Text for an element. Null when XML 1.0 has no way to write it (control characters, U+FFFE, U+FFFF). */
export const escapeText = (text: string): string | null => {
  // oxlint-disable-next-line no-control-regex -- XML 1.0 excludes exactly these
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) return null;
  return text.replace(/[&<>"'\r\n\t]/g, (char) => `&#${char.charCodeAt(0)};`);
};
