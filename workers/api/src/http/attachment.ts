/** RFC 8187: what may stand in `filename*` as it is. */
const isPlain = (character: string): boolean => /[A-Za-z0-9!#$&+.^_`|~-]/.test(character);

const encoded = (name: string): string =>
  [...new TextEncoder().encode(name)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return isPlain(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

/** `Content-Disposition` (RFC 6266) of a file to be kept, whatever it is called. */
export const attachment = (fileName: string): string => {
  const ascii = fileName.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded(fileName)}`;
};
