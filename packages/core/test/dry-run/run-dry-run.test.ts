import { DryRunResult, SluiceError } from '@sluice/shared';
import { failNth } from '@sluice/testkit/memory';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DryRunWorld } from '../support/dry-run-world.ts';
import { bucketKey } from '../support/keys.ts';
import { PollWorld } from '../support/poll-world.ts';

const MIB = 1024 * 1024;
const NOTHING = { objects: 0, bytes: 0 };

const contents = () =>
  fc.uniqueArray(
    fc.record({ key: bucketKey(), sizeBytes: fc.constantFrom(0, 5, 4000, 200 * MIB, 200 * MIB + 1) }),
    { selector: ({ key }) => key, maxLength: 60 },
  );

/** What a ledger holds, by reason; empty for what is processed. */
const countRows = (rows: readonly { reason: string | null; sizeBytes: number }[]) => {
  const counts: Record<string, { objects: number; bytes: number }> = {};
  for (const { reason, sizeBytes } of rows) {
    const name = reason ?? '';
    const count = counts[name] ?? { ...NOTHING };
    counts[name] = { objects: count.objects + 1, bytes: count.bytes + sizeBytes };
  }
  return counts;
};

const shownBy = ({ wouldProcess, skipped }: DryRunResult) =>
  Object.fromEntries([
    ...(wouldProcess.objects === 0 ? [] : [['', wouldProcess]]),
    ...skipped.map(({ code, objects, bytes }) => [code, { objects, bytes }]),
  ]);

describe('a dry run', () => {
  it('counts exactly what polling then records, whatever lies in the bucket and however it is listed', async () => {
    await fc.assert(
      fc.asyncProperty(
        contents(),
        fc.constantFrom('', 'in/'),
        fc.constantFrom('ordered' as const, 'unordered' as const, 'deaf' as const),
        fc.integer({ min: 1, max: 9 }),
        async (objects, inputPrefix, listing, pageSize) => {
          const integration = { inputPrefix, outputPrefix: 'a/' };
          const dry = new DryRunWorld({ integration, listing, pageSize });
          const polled = new PollWorld({ inputPrefix, listing, pageSize });
          Object.assign(polled.database.integration(polled.integrationId).config, { outputPrefix: 'a/' });
          for (const { key, sizeBytes } of objects) {
            dry.bucket.set(key, 'e', sizeBytes);
            polled.bucket.set(key, 'e', sizeBytes);
          }
          const { result, isComplete, listedObjects } = await dry.run();
          await polled.pollToEnd();
          const rows = polled.database.rowsOf(polled.integrationId);
          expect(isComplete).toBe(true);
          expect(listedObjects).toBe(rows.length);
          expect(shownBy(result)).toEqual(countRows(rows));
          expect(DryRunResult.parse(result)).toEqual(result);
          expect(dry.database.rowsOf(dry.integration.id)).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  it('comes to the same figures whatever crashes on the way, and lists no page more than it must', async () => {
    await fc.assert(
      fc.asyncProperty(
        contents(),
        fc.array(fc.nat({ max: 40 }), { maxLength: 6 }),
        fc.boolean(),
        async (objects, crashes, isAfter) => {
          const calm = new DryRunWorld({ pageSize: 3 });
          const stormy = new DryRunWorld({ pageSize: 3 });
          for (const { key, sizeBytes } of objects) {
            calm.bucket.set(key, 'e', sizeBytes);
            stormy.bucket.set(key, 'e', sizeBytes);
          }
          let calls = 0;
          const plan = () => {
            calls += 1;
            if (!crashes.includes(calls)) return null;
            const killed = new Error('killed');
            return isAfter ? { after: killed } : { before: killed };
          };
          stormy.ledgerFaults = plan;
          const [expected, got] = [await calm.run(), await stormy.run()];
          if (stormy.failure?.delaySeconds === null) return;
          const { requests: _calm, ...wanted } = expected.result;
          const { requests: _stormy, ...shown } = got.result;
          expect(shown).toEqual(wanted);
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  it('goes on in bounded steps, each sending for the next', async () => {
    const world = new DryRunWorld({ pageSize: 10 });
    for (let n = 0; n < 120; n += 1) world.bucket.set(`f/${n}.pdf`, 'e');
    expect(await world.step()).toBe('continues');
    expect(world.bucket.listCalls).toHaveLength(5);
    expect(world.sent).toEqual([{ version: 1, dryRunId: 'a-dry-run' }]);
    expect(world.saved).toMatchObject({
      outcome: 'yields',
      listedObjects: 50,
      listCalls: 5,
      isComplete: false,
    });
    expect(await world.step()).toBe('continues');
    expect(await world.step()).toBe('completed');
    expect(world.bucket.listCalls).toHaveLength(12);
    expect(world.saved).toMatchObject({ listedObjects: 120, listCalls: 12, isComplete: true });
    expect(await world.step()).toBe('stale');
  });

  it('stops at its limit and says that there is more', async () => {
    const world = new DryRunWorld({ pageSize: 10, settings: { maxObjects: 30 } });
    for (let n = 0; n < 100; n += 1) world.bucket.set(`f/${n}.pdf`, 'e');
    expect(await world.run()).toMatchObject({ listedObjects: 30, isComplete: false, listCalls: 3 });
    const exact = new DryRunWorld({ pageSize: 10, settings: { maxObjects: 100 } });
    for (let n = 0; n < 100; n += 1) exact.bucket.set(`f/${n}.pdf`, 'e');
    expect(await exact.run()).toMatchObject({ listedObjects: 100, isComplete: true });
  });

  it('tries again what may pass, later each time, and gives up with the provider’s own fault', async () => {
    const world = new DryRunWorld();
    world.bucketFaults = () => ({ before: new SluiceError('upstream_unavailable') });
    const delays: (number | null | undefined)[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      await world.step();
      delays.push(world.failure?.delaySeconds);
    }
    expect(delays).toEqual([5, 10, 20, 40, null]);
    expect(world.failure).toMatchObject({ code: 'upstream_unavailable' });
    expect(await world.step()).toBe('stale');
  });

  it('gives up at once what the customer must mend', async () => {
    const world = new DryRunWorld();
    world.bucketFaults = failNth(0, {
      before: new SluiceError('access_denied', { detail: 's3:ListBucket is missing.' }),
    });
    expect(await world.step()).toBe('failed');
    expect(world.failure).toEqual({
      code: 'access_denied',
      detail: 's3:ListBucket is missing.',
      delaySeconds: null,
    });
  });

  it('does not list for ever', async () => {
    for (const continuationToken of ['again', '']) {
      const world = new DryRunWorld({ settings: { budgetPages: 5_000 } });
      let page = 0;
      world.bucket.listPage = async () => {
        page += 1;
        return {
          objects: [],
          continuationToken: continuationToken === '' ? `page ${page}` : continuationToken,
        };
      };
      expect(await world.step()).toBe('retries');
      expect(world.failure).toMatchObject({ code: 'upstream_invalid' });
    }
  });

  it('stops when it is cancelled', async () => {
    const world = new DryRunWorld({ pageSize: 1 });
    for (let n = 0; n < 20; n += 1) world.bucket.set(`f/${n}.pdf`, 'e');
    world.bucketFaults = ({ index }) => {
      world.isCancelled = index === 1;
      return null;
    };
    expect(await world.step()).toBe('stale');
    expect(world.saves).toBe(0);
  });
});
