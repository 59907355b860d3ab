import type { Transport } from '../transport.ts';

export interface PresignGetOptions {
  /** The name a browser saves under. */
  readonly downloadName?: string;
  /** Instead of the stored type. */
  readonly contentType?: string;
  readonly versionId?: string;
}

/** RFC 6266: an ASCII fallback and the name itself, percent-encoded. */
const attachment = (name: string): string => {
  const ascii = name.replace(/[^\u0020-\u007e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
};

/** A GET link that works for anyone who holds it. @throws SluiceError `object_name_unusable`; credentials' errors */
export const presignGet = async (
  transport: Transport,
  key: string,
  expiresInSeconds: number,
  options: PresignGetOptions = {},
): Promise<string> => {
  const url = transport.urls.object(key, {
    versionId: options.versionId,
    'response-content-type': options.contentType,
    'response-content-disposition':
      options.downloadName === undefined ? undefined : attachment(options.downloadName),
  });
  return (await transport.signer()).presign({ method: 'GET', url, expiresInSeconds });
};

/** A PUT link; its user must send exactly this Content-Type. Never log, store or queue it. */
export const presignPut = async (
  transport: Transport,
  key: string,
  expiresInSeconds: number,
  contentType: string,
): Promise<string> => {
  const url = transport.urls.object(key);
  const signer = await transport.signer();
  return signer.presign({ method: 'PUT', url, expiresInSeconds, headers: { 'content-type': contentType } });
};
