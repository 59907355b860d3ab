import type { DeliveryToRecord, EventLedger, RecordedDelivery } from '../ports/events.ts';
import { systemWait } from '../within-time.ts';

/** What of one integration waits for the write that is under way. */
interface Line {
  startedAtMs: number;
  waiting: Waiting[];
}

interface Waiting {
  readonly delivery: DeliveryToRecord;
  readonly settle: (turn: Turn) => void;
}

/** What becomes of who waits: another has recorded it, it leads the next write, or it is left to itself. */
type Turn =
  | { readonly kind: 'recorded'; readonly result: RecordedDelivery }
  | { readonly kind: 'lead'; readonly others: readonly Waiting[] }
  | { readonly kind: 'alone' };

/** Above what a write takes, and well below the five seconds that EventBridge waits. */
const PATIENCE_MS = 3_000;
const MAX_TOGETHER = 100;
/** A delivery of more is worth a write of its own, beside the others. */
const MAX_SMALL = 20;
/** Keys in one write, so that one does not last for many. */
const MAX_OBJECTS = 500;

/**
 * An {@link EventLedger} that records the deliveries of an integration together which come while a write of it is under way. A
 * quiet integration is written at once; a busy one in as few writes as keep up with it, and integrations wait for nobody else's.
 * Each delivery is answered only after its write, as without.
 *
 * Each write belongs to one delivery that is in it, and is made by whoever received that: work must not outlive its request. Who
 * is not told in time what has become of its delivery records it by itself, which changes nothing if it was recorded.
 *
 * @param now milliseconds.
 */
export const recordingTogether = (
  ledger: EventLedger,
  now: () => number,
  wait: (delayMs: number, signal: AbortSignal) => Promise<void> = systemWait,
): Omit<EventLedger, 'record'> & {
  readonly record: (delivery: DeliveryToRecord) => Promise<RecordedDelivery>;
} => {
  const lines = new Map<string, Line>();

  const passOn = (id: string, line: Line): void => {
    const [next, ...queue] = line.waiting;
    if (next === undefined) {
      if (lines.get(id) === line) lines.delete(id);
      return;
    }
    const others: Waiting[] = [];
    let objects = next.delivery.objects.length;
    for (const one of queue) {
      objects += one.delivery.objects.length;
      if (others.length + 1 >= MAX_TOGETHER || objects > MAX_OBJECTS) break;
      others.push(one);
    }
    line.waiting = queue.slice(others.length);
    line.startedAtMs = now();
    next.settle({ kind: 'lead', others });
  };

  const lead = async (
    line: Line,
    delivery: DeliveryToRecord,
    others: readonly Waiting[],
  ): Promise<RecordedDelivery> => {
    try {
      if (others.length === 0) return await ledger.record(delivery);
      const [own, ...rest] = await ledger
        .recordAll([delivery, ...others.map((one) => one.delivery)])
        .catch((): RecordedDelivery[] => []);
      for (const [index, { settle }] of others.entries()) {
        const result = rest[index];
        settle(result === undefined ? { kind: 'alone' } : { kind: 'recorded', result });
      }
      // What one of them cannot is not the fault of the others.
      return own ?? (await ledger.record(delivery));
    } finally {
      passOn(delivery.integrationId, line);
    }
  };

  const record = async (delivery: DeliveryToRecord): Promise<RecordedDelivery> => {
    const { integrationId } = delivery;
    if (delivery.objects.length > MAX_SMALL) return ledger.record(delivery);
    const line = lines.get(integrationId);
    // Who should have passed it on long ago was killed with its request.
    if (line === undefined || now() - line.startedAtMs > PATIENCE_MS) {
      const own: Line = { startedAtMs: now(), waiting: [] };
      lines.set(integrationId, own);
      return lead(own, delivery, []);
    }
    const told = new AbortController();
    const turn = Promise.withResolvers<void>();
    let given: Turn | undefined;
    const mine: Waiting = {
      delivery,
      settle: (what) => {
        given = what;
        turn.resolve();
      },
    };
    line.waiting.push(mine);
    await Promise.race([turn.promise, wait(PATIENCE_MS, told.signal)]);
    told.abort();
    // What was given at the last moment counts: who leads must pass it on.
    if (given?.kind === 'recorded') return given.result;
    if (given?.kind === 'lead') return lead(line, delivery, given.others);
    line.waiting = line.waiting.filter((one) => one !== mine);
    return ledger.record(delivery);
  };

  return { ...ledger, record };
};
