/** Bytes over an ordinary ArrayBuffer: what WebCrypto accepts in Node and in workerd alike. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Fills `target` with random bytes. */
export type RandomSource = (target: Bytes) => void;

/** The platform's cryptographic generator. */
export const platformRandom: RandomSource = (target) => {
  crypto.getRandomValues(target);
};

const encoder = new TextEncoder();

/** UTF-8. The cast is for workerd's types, which do not say that the buffer is an ordinary one. */
export const toUtf8 = (text: string): Bytes => encoder.encode(text) as Bytes;

/** Lower-case hexadecimal. */
export const toHex = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
};

/** The bytes of an even-length hexadecimal text, or `undefined` if it is none. */
export const fromHex = (text: string): Bytes | undefined => {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  }
  return bytes;
};

/** Standard base64 with padding. Meant for keys: at most a few kilobytes. */
export const toBase64 = (bytes: Uint8Array): string => {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
};

/** The bytes of a canonical, padded, standard base64 text, or `undefined` if it is anything else. */
export const fromBase64 = (text: string): Bytes | undefined => {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return toBase64(bytes) === text ? bytes : undefined;
};
