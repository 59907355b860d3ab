import { SluiceError } from '@sluice/shared';
import type { S3Request, Transport } from '../transport.ts';
import { discard } from './heads.ts';
import { presignGet } from './presign.ts';

/** Reads the beginning of an object by a link, as a processor does: a policy can refuse what is signed in the query. */
export const readByLink = async (transport: Transport, key: string, signal: AbortSignal): Promise<void> =>
  transport.send(
    {
      operation: 'GetObject',
      method: 'GET',
      key,
      url: await presignGet(transport, key, 60),
      isPresigned: true,
      signal,
    },
    discard,
  );

/** An upload nobody began: what is sent to it is refused by whoever asks for permission first, and else goes nowhere. */
const NO_UPLOAD = 'c2x1aWNlLWNvbm5lY3Rpb24tdGVzdC1uby1zdWNoLXVwbG9hZA';

/**
 * Whether the credential may write at `key`, found out without writing: a part for an upload that does not exist. Null when
 * the answer tells nothing.
 */
export const mayWrite = async (
  transport: Transport,
  key: string,
  signal: AbortSignal,
): Promise<boolean | null> =>
  isAllowed('NoSuchUpload', async () =>
    transport.send(
      {
        operation: 'UploadPart',
        method: 'PUT',
        key,
        url: transport.urls.object(key, { partNumber: 1, uploadId: NO_UPLOAD }),
        headers: { 'content-length': '1' },
        body: new Uint8Array(1),
        signal,
      },
      discard,
    ),
  );

/** Whether the credential may read the policy of the bucket, which none of our work needs. What it says is not read. */
export const mayReadPolicy = async (transport: Transport, signal: AbortSignal): Promise<boolean | null> => {
  const request: S3Request = {
    operation: 'GetBucketPolicy',
    method: 'GET',
    url: transport.urls.bucket({ policy: '' }),
    signal,
  };
  return isAllowed('NoSuchBucketPolicy', async () => transport.send(request, discard));
};

/** `absent` is the code of a server that would have, had there been something. */
const isAllowed = async (absent: string, work: () => Promise<void>): Promise<boolean | null> => {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    if (error.providerCode === absent) return true;
    return error.code === 'access_denied' ? false : null;
  }
};
