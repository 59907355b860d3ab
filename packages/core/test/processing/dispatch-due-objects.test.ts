import { type DueObject, dispatchDueObjects } from '@sluice/core';
import type { ObjectMessage } from '@sluice/shared';
import { type FaultPlan, failNth, MemoryLog, MemoryQueue, withFaults } from '@sluice/testkit/memory';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ObjectWorld } from '../support/object-world.ts';

const settings = {
  batch: 500,
  perIntegration: 200,
  inFlightPerTenant: 500,
  visibilitySeconds: 900,
  maxAttempts: 10,
  maxRounds: 20,
};

/** A sweep over a backlog that gives at most what is asked for, as the database does. */
const sweep = async (
  backlog: readonly DueObject['target'][],
  wanted: Partial<typeof settings> = {},
  faults: FaultPlan = () => null,
) => {
  const due = backlog.map((target, index): DueObject => ({ objectId: `o${index}`, target }));
  const [processQueue, writebackQueue] = [new MemoryQueue<ObjectMessage>(), new MemoryQueue<ObjectMessage>()];
  const log = new MemoryLog();
  let claims = 0;
  const run = dispatchDueObjects({
    ledger: {
      claimDueObjects: async ({ limit, perIntegration }) => {
        claims += 1;
        return due.splice(0, Math.min(limit, perIntegration));
      },
    },
    processQueue: withFaults(processQueue, faults),
    writebackQueue: withFaults(writebackQueue, faults),
    log,
    settings: { ...settings, ...wanted },
  });
  const result = await run.then(
    (sent) => ({ sent, error: null }),
    (error: unknown) => ({ sent: null, error }),
  );
  return { ...result, due, processQueue, writebackQueue, log, claims };
};

const backlogs = () =>
  fc.array(fc.constantFrom<DueObject['target']>('process', 'writeback', 'dead'), {
    maxLength: 900,
    size: 'max',
  });

describe('dispatchDueObjects', () => {
  it('sends every claimed row to its queue once, at most 100 in a batch, and a dead one to nobody but the log', async () => {
    await fc.assert(
      fc.asyncProperty(backlogs(), fc.integer({ min: 1, max: 600 }), async (backlog, batch) => {
        const { sent, due, processQueue, writebackQueue, log } = await sweep(backlog, {
          batch,
          maxRounds: 1_000,
        });
        const of = (target: string) => backlog.flatMap((one, index) => (one === target ? [`o${index}`] : []));
        expect(due).toEqual([]);
        expect(processQueue.messages).toEqual(of('process').map((objectId) => ({ version: 1, objectId })));
        expect(writebackQueue.messages).toEqual(
          of('writeback').map((objectId) => ({ version: 1, objectId })),
        );
        expect(log.lines.map((line) => line.fields['objectId'])).toEqual(of('dead'));
        expect(sent).toBe(of('process').length + of('writeback').length);
        for (const one of [...processQueue.batches, ...writebackQueue.batches]) {
          expect(one.length).toBeGreaterThan(0);
          expect(one.length).toBeLessThanOrEqual(100);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('goes on as long as an integration was cut short by its share', async () => {
    const { sent, claims } = await sweep(Array.from({ length: 1_950 }, () => 'process' as const));
    expect(sent).toBe(1_950);
    expect(claims).toBe(10);
  });

  it('stops after its rounds, however much there is', async () => {
    const { sent } = await sweep(
      Array.from({ length: 1_000 }, () => 'process' as const),
      { maxRounds: 3 },
    );
    expect(sent).toBe(600);
  });

  it('asks once when nothing is due', async () => {
    expect(await sweep([])).toMatchObject({ sent: 0, claims: 1 });
  });

  it('sends everything else it claimed when a batch is refused, and then says so', async () => {
    const backlog = Array.from({ length: 300 }, (_, i) =>
      i < 250 ? ('process' as const) : ('writeback' as const),
    );
    const { error, processQueue, writebackQueue } = await sweep(
      backlog,
      { perIntegration: 500 },
      failNth(1, { before: new Error('queue is down') }),
    );
    expect(error).toMatchObject({ message: 'queue is down' });
    expect(processQueue.messages).toHaveLength(150);
    expect(writebackQueue.messages).toHaveLength(50);
  });

  it('claimed for nothing is due again after its visibility', async () => {
    const world = new ObjectWorld();
    await world.find('in/a.pdf', 'in/b.pdf');
    const context = {
      ledger: world.plainLedger,
      processQueue: withFaults(world.processQueue, failNth(0, { before: new Error('lost') })),
      writebackQueue: world.writebackQueue,
      log: world.log,
      settings,
    };
    await expect(dispatchDueObjects(context)).rejects.toThrow('lost');
    expect(await dispatchDueObjects(context)).toBe(0);
    world.clock.advance(901_000);
    expect(await dispatchDueObjects(context)).toBe(2);
  });
});
