import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EventLedger, recordingTogether } from '../../src/index.ts';
import type { DeliveryToRecord } from '../../src/ports/events.ts';

const delivery = (n: number, integrationId = 'a', objects = 1) =>
  ({
    integrationId,
    deliveryId: String(n),
    objects: Array.from({ length: objects }, (_, key) => ({ key: `${n}/${key}` })),
  }) as unknown as DeliveryToRecord;

/** Writes that end when the test says so. */
const heldLedger = () => {
  const writes: { readonly ids: string[]; readonly end: (error?: Error) => void }[] = [];
  const done = new Set<string>();
  const write = async (deliveries: readonly DeliveryToRecord[]) => {
    const end = Promise.withResolvers<void>();
    const ids = deliveries.map(({ deliveryId }) => deliveryId);
    writes.push({ ids, end: (error) => (error === undefined ? end.resolve() : end.reject(error)) });
    await end.promise;
    return ids.map((id) => {
      const outcome = done.has(id) ? ('replayed' as const) : ('recorded' as const);
      done.add(id);
      return { outcome, recorded: Number(id), deferred: 0 };
    });
  };
  const ledger = {
    record: async (one: DeliveryToRecord) => (await write([one]))[0],
    recordAll: write,
  } as unknown as EventLedger;
  return { ledger, writes, done };
};

/** Everything that can go on without an end of a write has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const never = () => new Promise<void>(() => undefined);

test('what comes during a write goes together with the next, and everybody hears of its own', async () => {
  const { ledger, writes } = heldLedger();
  const { record } = recordingTogether(ledger, () => 0, never);
  const answers = [1, 2, 3, 4].map((n) => record(delivery(n)));
  const elsewhere = record(delivery(9, 'b'));
  await settled();
  expect(writes.map(({ ids }) => ids)).toEqual([['1'], ['9']]);
  writes[0]?.end();
  await settled();
  expect(writes[2]?.ids).toEqual(['2', '3', '4']);
  writes[1]?.end();
  writes[2]?.end();
  expect(await Promise.all(answers)).toEqual(
    [1, 2, 3, 4].map((recorded) => ({ outcome: 'recorded', recorded, deferred: 0 })),
  );
  expect(await elsewhere).toMatchObject({ recorded: 9 });
  // Nobody is left who would have to pass it on.
  void record(delivery(5));
  await settled();
  expect(writes[3]?.ids).toEqual(['5']);
});

test('one write holds at most 500 objects', async () => {
  const { ledger, writes } = heldLedger();
  const { record } = recordingTogether(ledger, () => 0, never);
  for (let n = 0; n < 30; n += 1) void record(delivery(n, 'a', 20));
  await settled();
  writes[0]?.end();
  await settled();
  expect(writes[1]?.ids).toHaveLength(25);
  writes[1]?.end();
  await settled();
  expect(writes[2]?.ids).toEqual(['26', '27', '28', '29']);
});

test('a large delivery is written by itself, beside whatever is under way', async () => {
  const { ledger, writes } = heldLedger();
  const { record } = recordingTogether(ledger, () => 0, never);
  for (let n = 0; n < 3; n += 1) void record(delivery(n, 'a', 100));
  await settled();
  expect(writes.map(({ ids }) => ids)).toEqual([['0'], ['1'], ['2']]);
});

test('one that cannot be written keeps no other from it', async () => {
  const { ledger, writes } = heldLedger();
  const { record } = recordingTogether(ledger, () => 0, never);
  const answers = [1, 2, 3].map((n) => record(delivery(n)).catch((error: Error) => error.message));
  await settled();
  writes[0]?.end();
  await settled();
  writes[1]?.end(new Error('together'));
  await settled();
  expect(
    writes
      .slice(2)
      .map(({ ids }) => ids.join())
      .toSorted(),
  ).toEqual(['2', '3']);
  writes[2]?.end(new Error('by itself'));
  writes[3]?.end();
  const outcomes = await Promise.all(answers);
  expect(outcomes.filter((one) => one === 'by itself')).toHaveLength(1);
  expect(outcomes.filter((one) => typeof one === 'object')).toHaveLength(2);
});

test('who was killed with its request holds up nobody for long', async () => {
  const { ledger, writes } = heldLedger();
  let now = 0;
  let tired: () => void = () => undefined;
  const { record } = recordingTogether(
    ledger,
    () => now,
    () => new Promise((resolve) => (tired = resolve)),
  );
  void record(delivery(1)); // never ends
  const second = record(delivery(2));
  await settled();
  tired();
  await settled();
  expect(writes[1]?.ids).toEqual(['2']);
  writes[1]?.end();
  expect(await second).toMatchObject({ outcome: 'recorded' });
  now = 3_001;
  const third = record(delivery(3));
  await settled();
  writes[2]?.end();
  expect(await third).toMatchObject({ outcome: 'recorded' });
});

test('whatever fails, is killed or takes long, every delivery that is answered was written', async () => {
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('send' as const), to: fc.constantFrom('a', 'b') }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constantFrom('end' as const, 'fail' as const), at: fc.nat(5) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4_000 }) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { ledger, writes, done } = heldLedger();
      let now = 0;
      const timers: { at: number; ring: () => void }[] = [];
      const wait = (ms: number) => new Promise<void>((ring) => void timers.push({ at: now + ms, ring }));
      const { record } = recordingTogether(ledger, () => now, wait);
      const open = new Set<number>();
      const ended = new Set<object>();
      let sent = 0;
      const end = (at: number, error?: Error): void => {
        const left = writes.filter((write) => !ended.has(write));
        const write = left[at % Math.max(1, left.length)];
        if (write === undefined) return;
        ended.add(write);
        write.end(error);
      };
      for (const one of steps) {
        if (one.kind === 'send') {
          sent += 1;
          const n = sent;
          open.add(n);
          void record(delivery(n, one.to)).then(
            () => {
              expect(done.has(String(n))).toBe(true);
              return open.delete(n);
            },
            () => open.delete(n),
          );
        } else if (one.kind === 'wait') {
          now += one.ms;
          for (const timer of timers.splice(0)) {
            if (timer.at <= now) timer.ring();
            else timers.push(timer);
          }
        } else end(one.at, one.kind === 'fail' ? new Error('it fails') : undefined);
        await settled();
      }
      // In the end nothing is left unanswered.
      for (let round = 0; round < 200 && open.size > 0; round += 1) {
        while (writes.some((write) => !ended.has(write))) end(0);
        now += 4_000;
        for (const timer of timers.splice(0)) timer.ring();
        await settled();
      }
      expect([...open]).toEqual([]);
    }),
  );
});
