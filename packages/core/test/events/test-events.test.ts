import { type EventTestContext, finishEventTests, startEventTest } from '@sluice/core';
import { SluiceError } from '@sluice/shared';
import { expect, test } from 'vitest';

/** Tests that are due, in their order, whose buckets do as `doing` says. */
const world = (buckets: readonly string[], doing: (bucket: string) => Promise<void>) => {
  const seen = { atOnce: 0, most: 0, ended: [] as (readonly [string, string | null])[] };
  const context = {
    tests: {
      due: async (limit: number) =>
        buckets.slice(0, limit).map((id) => ({ id, integrationId: id, key: 'k', isLastTry: false })),
      end: async (id: string, error: SluiceError | null) => void seen.ended.push([id, error?.code ?? null]),
    },
    receiving: {
      ledger: { source: async (id: string) => ({ id }) },
      openBucket: async ({ id }: { id: string }) => ({
        delete: async () => {
          seen.atOnce += 1;
          seen.most = Math.max(seen.most, seen.atOnce);
          await doing(id).finally(() => {
            seen.atOnce -= 1;
          });
        },
      }),
    },
  } as unknown as Pick<EventTestContext, 'tests' | 'receiving'>;
  return { context, seen };
};

test('a bucket that does not answer keeps no other waiting, and not too many are waited for at once', async () => {
  const hanging = Promise.withResolvers<never>();
  const buckets = ['slow-0', 'b', ...Array.from({ length: 8 }, (_, n) => `slow-${n + 1}`), 'c', 'd'];
  const { context, seen } = world(buckets, async (id) =>
    id.startsWith('slow') ? hanging.promise : undefined,
  );
  const finishing = finishEventTests(context, 100);
  await expect.poll(() => seen.ended).toEqual(['b', 'c', 'd'].map((id) => [id, null]));
  hanging.reject(new SluiceError('upstream_timeout'));
  await finishing;
  // Those that hung are tried again.
  expect(seen.ended).toHaveLength(3);

  const many = world(
    Array.from({ length: 50 }, (_, n) => `${n}`),
    async () => new Promise((resolve) => void setImmediate(resolve)),
  );
  await finishEventTests(many.context, 40);
  expect(many.seen.ended).toHaveLength(40);
  expect(many.seen.most).toBe(10);
});

test('what a bucket refuses for good is noted, and holds up nobody', async () => {
  const { context, seen } = world(['a', 'b', 'c'], async (id) => {
    if (id === 'b') throw new SluiceError('access_denied');
  });
  await finishEventTests(context, 100);
  expect(seen.ended.toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
    ['a', null],
    ['b', 'access_denied'],
    ['c', null],
  ]);
});

test('nothing is written where the integration was edited since the test was begun', async () => {
  const noted: (string | null)[] = [];
  let opened = 0;
  const begunFor = (revision: number) =>
    ({
      tests: {
        begin: async () => ({ id: 'a', key: 'in/sluice-event-test-a.pdf', revision: 3 }),
        note: async (_: string, error: SluiceError | null) => void noted.push(error?.code ?? null),
      },
      receiving: {
        ledger: { source: async () => ({ integration: { revision } }) },
        openBucket: async () => {
          opened += 1;
          return { put: async () => ({ etag: 'x' }) };
        },
      },
    }) as unknown as EventTestContext;
  for (const revision of [4, 3]) await startEventTest(begunFor(revision), 'u', 'i', { kind: 'probe' });
  expect(noted).toEqual(['event_test_overtaken', null]);
  expect(opened).toBe(1);
});
