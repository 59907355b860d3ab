import { type EventDelivery, type EventReceipt, type EventRefusal, SluiceError } from '@sluice/shared';
import { forEachConcurrently } from '../concurrency.ts';
import { ledgerKey, toLedgerObject } from '../finding/ledger-object.ts';
import type { Clock, Log, OpenBucket, Wait } from '../ports/engine.ts';
import type { EventLedger, EventObjectToRecord, EventSource, VerifyDelivery } from '../ports/events.ts';
import { isStorable } from '../storable-text.ts';
import { systemWait, withinTime } from '../within-time.ts';
import type { EventObject } from './event-object.ts';
import { judgeEvents } from './judge-events.ts';
import type { KnownSources } from './known-sources.ts';
import { readEnvelope } from './read-envelope.ts';

export interface ReceiveContext {
  readonly ledger: EventLedger;
  /** One for a Worker's life. */
  readonly known: KnownSources;
  readonly verify: VerifyDelivery;
  readonly openBucket: OpenBucket;
  readonly clock: Clock;
  readonly log: Log;
  /** Default: real time. */
  readonly wait?: Wait;
}

/** As Standard Webhooks allows, either way. */
const TOLERANCE_SECONDS = 300;

/** Objects asked for one by one in one delivery, where the event has no ETag; more are left to the sweep. */
const MAX_HEADS = 100;
const HEAD_CONCURRENCY = 5;
const HEAD_BUDGET_MS = 2_500;

/** How often a delivery is judged again because the integration was edited meanwhile. */
const MAX_ROUNDS = 3;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Takes in one delivery of events: proves it, then reads it, then records what it tells in one write.
 *
 * Until it is proven every answer is the same, whether the integration is missing, has no secret or another one.
 *
 * @returns only after the write, so whoever is told that it was recorded may forget it.
 * @throws SluiceError with the refusal as its code; `unavailable` when the database is.
 */
export const receiveS3Events = async (
  context: ReceiveContext,
  delivery: EventDelivery,
): Promise<EventReceipt> => {
  const { ledger, known } = context;
  const { integrationId } = delivery;
  const remembered = known.get(integrationId);
  if (remembered !== undefined) {
    const receipt = await receive(context, delivery, remembered, true);
    if (receipt !== 'stale') return receipt;
    known.forget(integrationId);
  }
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const source = UUID.test(integrationId) ? await ledger.source(integrationId) : null;
    const receipt = await receive(context, delivery, source, false);
    if (receipt === 'stale') continue;
    if (source !== null) known.keep(source);
    return receipt;
  }
  throw new SluiceError('unavailable');
};

/** Judged by what is remembered, anything but a yes is `stale`. */
const receive = async (
  context: ReceiveContext,
  delivery: EventDelivery,
  source: EventSource | null,
  isRemembered: boolean,
): Promise<EventReceipt | 'stale'> => {
  const { ledger, verify, clock } = context;
  const { integrationId } = delivery;
  const verified = await verify(source, delivery);
  const refuse = async (reason: EventRefusal, detail: string | null = null): Promise<'stale'> => {
    if (isRemembered) return 'stale';
    if (source !== null)
      await ledger.refuse({ integrationId, reason, detail, requestId: delivery.requestId });
    // The tenant is told which secret it was; the sender hears what everybody hears who proves nothing.
    if (reason === 'retired_secret') throw new SluiceError('invalid_secret');
    throw new SluiceError(reason, detail === null ? {} : { detail });
  };
  if (source === null || verified === null) return refuse('invalid_secret');
  if (verified === 'retired') return refuse('retired_secret');

  const { signedAtSeconds } = verified;
  if (signedAtSeconds !== null) {
    const ageSeconds = Math.round(clock.now() / 1000 - signedAtSeconds);
    if (Math.abs(ageSeconds) > TOLERANCE_SECONDS) {
      return refuse('stale_timestamp', `It was signed ${ageSeconds} seconds ago by our clock.`);
    }
  }
  if (source.integration.status !== 'active') return refuse('paused');
  if (source.integration.detectionMode !== 'event') return refuse('mode_mismatch');

  const events = readEnvelope(new TextDecoder().decode(delivery.body));
  if (events === null) return refuse('malformed');
  const judged = judgeEvents(source, events);
  const { refused, tests, ignored, replaced } = judged;
  const refusedEvents = Object.values(refused).reduce((sum, count) => sum + count, 0);
  if (events.length > 0 && refusedEvents === events.length) {
    return refuse(refused.bucket_mismatch === undefined ? 'malformed' : 'bucket_mismatch');
  }
  // The bucket is opened with the credentials of now.
  if (isRemembered && judged.objects.some(isUnclear)) return 'stale';

  const { objects, missing, left } = await complete(context, source, judged.objects);
  const { outcome, recorded, deferred } = await ledger.record({
    integrationId,
    deliveryId: verified.deliveryId ?? `sha256:${await digestOf(delivery.body)}`,
    secretVersion: verified.secretVersion,
    revision: source.integration.revision,
    objects,
    leftKeys: left,
    refused,
  });
  if (outcome === 'stale') return outcome;
  return {
    outcome: outcome === 'recorded' && tests > 0 && tests === events.length ? 'test' : outcome,
    events: events.length,
    recorded,
    known: replaced + objects.length - recorded - deferred,
    ignored: tests + ignored + missing,
    leftToSweep: left.length + deferred,
    refused,
  };
};

/** Whether the event does not say which version of the object it is about. */
const isUnclear = ({ etag, sizeBytes }: EventObject): boolean => etag === null || sizeBytes === null;

interface Completed {
  readonly objects: EventObjectToRecord[];
  /** No longer there. */
  readonly missing: number;
  /** What could not be asked for now, by the keys of the ledger. */
  readonly left: readonly string[];
}

/** What the ledger records of each object. Where the event does not say which version it was, the bucket is asked. */
const complete = async (
  { openBucket, log, wait = systemWait }: ReceiveContext,
  source: EventSource,
  told: readonly EventObject[],
): Promise<Completed> => {
  const { integration } = source;
  const objects: EventObjectToRecord[] = [];
  const unclear: EventObject[] = [];
  const take = (object: EventObject, etag: string, sizeBytes: number): void => {
    const { key, at, sequencer, versionId } = object;
    const lastModified = new Date(at).toISOString();
    objects.push({
      ...toLedgerObject(
        { key, etag, sizeBytes, lastModified },
        integration.outputPrefix,
        integration.startFrom,
      ),
      lastModified,
      sequencer,
      versionId: versionId !== null && isStorable(versionId) ? versionId : null,
    });
  };
  for (const object of told) {
    if (object.etag === null || object.sizeBytes === null) unclear.push(object);
    else take(object, object.etag, object.sizeBytes);
  }
  if (unclear.length === 0) return { objects, missing: 0, left: [] };

  let missing = 0;
  const left = new Set(unclear.map(({ key }) => key));
  try {
    // A sender waits five seconds at most (EventBridge); whatever the bucket does, we answer before.
    await withinTime(HEAD_BUDGET_MS, wait, outOfTime, async (signal) => {
      const bucket = await openBucket(source);
      await forEachConcurrently(unclear.slice(0, MAX_HEADS), HEAD_CONCURRENCY, async (object) => {
        if (signal.aborted) return;
        try {
          const { etag, sizeBytes } = await bucket.head(object.key, { signal });
          if (signal.aborted) return;
          take(object, etag, sizeBytes);
          left.delete(object.key);
        } catch (error) {
          if (signal.aborted || !(error instanceof SluiceError) || error.code !== 'object_not_found') return;
          missing += 1;
          left.delete(object.key);
        }
      });
    });
  } catch (error) {
    log.warn('event_bucket_unanswered', { integrationId: integration.id, error });
  }
  return { objects, missing, left: [...left].map(ledgerKey) };
};

const outOfTime = (): Error => new SluiceError('upstream_timeout');

const digestOf = async (body: Uint8Array): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(body));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};
