import type { ReceiverTarget } from '@sluice/core';
import type { S3Integration } from '@sluice/shared';

/** Where deliveries of an integration's events go: the origin this very request was made to. */
export const eventsUrlOf = (integrationId: string, requestUrl: string): string =>
  new URL(`/api/events/s3/${integrationId}`, requestUrl).href;

/** What the receiver of an integration is made from. */
export const receiverTarget = (
  { id, provider, bucket, endpoint, inputPrefix }: S3Integration,
  requestUrl: string,
): ReceiverTarget => ({
  integrationId: id,
  provider,
  bucket,
  endpoint,
  inputPrefix,
  eventsUrl: eventsUrlOf(id, requestUrl),
});
