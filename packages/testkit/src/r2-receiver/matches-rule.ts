import type { Receiver } from '@sluice/core';
import type { R2Notification } from './notifying-proxy.ts';

/** Whether R2 would tell the receiver's queue of it. */
export const matchesRule = (
  { bucket, rules }: Pick<Receiver, 'bucket' | 'rules'>,
  told: Pick<R2Notification, 'bucket' | 'object'>,
): boolean =>
  told.bucket === bucket &&
  rules.some(({ prefix, suffix }) => told.object.key.startsWith(prefix) && told.object.key.endsWith(suffix));
