import { SluiceError } from '@sluice/shared';

/** AWS counts names and values, after encoding. */
const MAX_METADATA_BYTES = 2048;
const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
/** Sent as it is: printable ASCII whose spaces survive signing and proxies, and that is no encoded word itself. */
const PLAIN = /^(?:[\u0021-\u007e]+(?: [\u0021-\u007e]+)*)?$/;
const ENCODED_WORD = /=\?([\w-]+)\?([bq])\?([^?]*)\?=/gi;

const toBase64 = (bytes: Uint8Array): string => {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
};

const decodeBytes = (bytes: Uint8Array, charset: string): string =>
  new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);

/**
 * A metadata value as a header value: as it is where that is safe, otherwise one RFC 2047 word in base64, the form in
 * which AWS itself returns what is not ASCII.
 */
export const encodeMetadataValue = (value: string): string => {
  if (!value.isWellFormed()) {
    throw new SluiceError('internal', { detail: 'A metadata value is not valid Unicode.' });
  }
  if (PLAIN.test(value) && !value.includes('=?')) return value;
  return `=?UTF-8?B?${toBase64(new TextEncoder().encode(value))}?=`;
};

const decodeWord = (charset: string, encoding: string, text: string): string => {
  const binary =
    encoding.toLowerCase() === 'b'
      ? atob(text)
      : text
          .replaceAll('_', ' ')
          .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decodeBytes(
    Uint8Array.from(binary, (char) => char.charCodeAt(0)),
    charset,
  );
};

/** Servers that send UTF-8 without encoding: fetch then shows each byte as one Latin-1 character. */
const repairLatin1 = (value: string): string => {
  // oxlint-disable-next-line no-control-regex -- bytes are what is tested for
  if (!/^[\u0000-\u00ff]*$/.test(value) || !/[\u0080-\u00ff]/.test(value)) return value;
  try {
    return decodeBytes(
      Uint8Array.from(value, (char) => char.charCodeAt(0)),
      'utf-8',
    );
  } catch {
    return value;
  }
};

/** A header value as it was meant. What is not decodable is returned as it came: metadata of others is never an error. */
export const decodeMetadataValue = (value: string): string => {
  try {
    // White space between two encoded words belongs to the encoding (RFC 2047, 6.2).
    return repairLatin1(value)
      .replace(/(\?=)\s+(?==\?)/g, '$1')
      .replace(ENCODED_WORD, (_, charset: string, encoding: string, text: string) =>
        decodeWord(charset, encoding, text),
      );
  } catch {
    return value;
  }
};

const PREFIX = 'x-amz-meta-';

/**
 * User metadata as headers.
 *
 * @throws SluiceError `internal` for a name that is no header token in lower case, `object_too_large` above the 2 KB
 * that AWS allows.
 */
export const metadataHeaders = (metadata: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const headers: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    if (!NAME.test(name)) throw new SluiceError('internal', { detail: 'A metadata name is not usable.' });
    const encoded = encodeMetadataValue(value);
    bytes += name.length + encoded.length;
    headers[PREFIX + name] = encoded;
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw new SluiceError('object_too_large', {
      detail: `Metadata take ${bytes} of ${MAX_METADATA_BYTES} bytes.`,
    });
  }
  return headers;
};

/** User metadata of an answer, names without `x-amz-meta-`. */
export const readMetadata = (headers: Headers): Record<string, string> => {
  const metadata: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (name.startsWith(PREFIX)) metadata[name.slice(PREFIX.length)] = decodeMetadataValue(value);
  }
  return metadata;
};
