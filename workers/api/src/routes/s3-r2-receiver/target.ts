import type { ReceiverTarget } from '@sluice/core';
import type { S3Integration } from '@sluice/shared';

/** What the receiver of an integration is made from. It posts to the origin this very request was made to. */
export const receiverTarget = (
  { id, provider, bucket, endpoint, inputPrefix }: S3Integration,
  requestUrl: string,
): ReceiverTarget => ({
  integrationId: id,
  provider,
  bucket,
  endpoint,
  inputPrefix,
  eventsUrl: new URL(`/api/events/s3/${id}`, requestUrl).href,
});
