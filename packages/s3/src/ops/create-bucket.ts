import { SluiceError } from '@sluice/shared';
import type { S3Request, Transport } from '../transport.ts';
import { discard } from './heads.ts';

/**
 * Creates the bucket in the region of the client; one that is ours already is fine.
 *
 * @throws SluiceError `object_exists` when the name belongs to someone else, `access_denied`, `quota_exceeded`, …
 */
export const createBucket = async (
  transport: Transport,
  signal?: AbortSignal,
): Promise<{ created: boolean }> => {
  const { region, kind } = transport.profile;
  // us-east-1 is the one region that must not be named, and R2 has none.
  const body =
    kind === 'r2' || region === 'us-east-1'
      ? undefined
      : new TextEncoder().encode(
          `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`,
        );
  const request: S3Request = {
    operation: 'CreateBucket',
    method: 'PUT',
    url: transport.urls.bucket(),
    ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/xml' } }),
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    await transport.send(request, discard);
    return { created: true };
  } catch (error) {
    if (error instanceof SluiceError && error.providerCode === 'BucketAlreadyOwnedByYou')
      return { created: false };
    throw error;
  }
};
