import { asSluiceError, type EventDelivery, SluiceError, type StartEventTest } from '@sluice/shared';
import { forEachConcurrently } from '../concurrency.ts';
import type { EventSource, EventTestStore } from '../ports/events.ts';
import { type ReceiveContext, receiveS3Events } from './receive-s3-events.ts';

export interface EventTestContext {
  readonly tests: EventTestStore;
  readonly receiving: ReceiveContext;
  /** A delivery about `key`, signed with the present secret. */
  readonly signDelivery: (source: EventSource, key: string) => Promise<EventDelivery>;
}

const TEXT = new TextEncoder().encode(
  'Written by Sluice to test whether events of this folder arrive. It is deleted within minutes, and may be deleted by anybody.\n',
);

/**
 * Begins a test of the events of an integration: writes its object, or delivers an event of its own. Whether the event arrives is seen
 * in the ledger; {@link finishEventTests} deletes the object. What the bucket refuses is noted with the test and not thrown.
 *
 * @throws SluiceError `not_found`, `forbidden`, `paused`, `mode_mismatch`, `event_test_running`.
 */
export const startEventTest = async (
  { tests, receiving, signDelivery }: EventTestContext,
  actorId: string,
  integrationId: string,
  { kind }: StartEventTest,
): Promise<null> => {
  const { id, key, revision } = await tests.begin(actorId, integrationId, kind);
  try {
    const source = await receiving.ledger.source(integrationId);
    // What is written now must lie where the test was begun.
    if (source?.integration.revision !== revision) throw new SluiceError('event_test_overtaken');
    if (kind === 'self_delivery') await receiveS3Events(receiving, await signDelivery(source, key));
    else {
      const bucket = await receiving.openBucket(source);
      await bucket.put({ key, body: TEXT, sizeBytes: TEXT.byteLength, contentType: 'application/pdf' });
    }
    await tests.note(id, null);
  } catch (thrown) {
    await tests.note(id, asSluiceError(thrown));
  }
  return null;
};

/** Of buckets that do not answer, so many are waited for at once. */
const DELETED_AT_ONCE = 10;

/** Deletes the objects of tests that have ended. What the bucket refuses for good is noted; anything else is tried again. */
export const finishEventTests = async (
  { tests, receiving: { ledger, openBucket } }: Pick<EventTestContext, 'tests' | 'receiving'>,
  limit: number,
): Promise<void> => {
  await forEachConcurrently(
    await tests.due(limit),
    DELETED_AT_ONCE,
    async ({ id, integrationId, key, isLastTry }) => {
      try {
        const source = await ledger.source(integrationId);
        if (source !== null) await (await openBucket(source)).delete(key);
        await tests.end(id, null);
      } catch (thrown) {
        const error = asSluiceError(thrown);
        if (isLastTry || !error.entry.retryable) await tests.end(id, error);
      }
    },
  );
};
