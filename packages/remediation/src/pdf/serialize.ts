import {
  PdfArray,
  PdfBool,
  PdfDict,
  PdfName,
  PdfNull,
  PdfNumber,
  PdfRef,
  PdfStream,
  PdfString,
} from '@libpdf/core';

/** Bytes of a direct object. Numbers keep their full precision; @libpdf/core rounds them to five decimals. */
export function serialize(value: unknown): string {
  if (value instanceof PdfRef) return `${value.objectNumber} ${value.generation} R`;
  if (value instanceof PdfName) return serializeName(value.value);
  if (value instanceof PdfNumber) return serializeNumber(value.value);
  if (value instanceof PdfBool) return value.value ? 'true' : 'false';
  if (value instanceof PdfString) return serializeString(value.bytes);
  if (value instanceof PdfArray) return `[${value.toArray().map(serialize).join(' ')}]`;
  if (value instanceof PdfStream) throw new TypeError('A stream cannot stand inside another object.');
  if (value instanceof PdfDict) {
    const entries = [...value].map(([key, item]) => `${serializeName(key.value)} ${serialize(item)}`);
    return `<<${entries.join(' ')}>>`;
  }
  if (value instanceof PdfNull) return 'null';
  throw new TypeError('An object of an unknown kind cannot be written.');
}

function serializeName(name: string): string {
  const bytes = new TextEncoder().encode(name);
  return `/${Array.from(bytes, (byte) =>
    byte > 0x20 && byte < 0x7f && !'#()<>[]{}/%'.includes(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `#${byte.toString(16).padStart(2, '0')}`,
  ).join('')}`;
}

function serializeNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const text = value.toFixed(Math.abs(value) < 1e-6 ? 15 : 10).replace(/\.?0+$/, '');
  return text === '' || text === '-0' || text === '-' ? '0' : text;
}

/** Hexadecimal: safe for any bytes, whatever writes or reads them next. */
function serializeString(bytes: Uint8Array): string {
  const printable = bytes.every(
    (byte) => byte >= 0x20 && byte < 0x7f && !'()\\'.includes(String.fromCharCode(byte)),
  );
  if (printable && bytes.length < 60_000) return `(${String.fromCharCode(...bytes)})`;
  return `<${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}>`;
}
