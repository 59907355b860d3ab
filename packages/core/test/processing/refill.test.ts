import { refilling } from '@sluice/core';
import type { ObjectMessage } from '@sluice/shared';
import { MemoryLog, MemoryQueue } from '@sluice/testkit/memory';
import { expect, it } from 'vitest';

const EVERY_MS = 5_000;
const DOCUMENTS = 20;

const world = (claim: () => Promise<readonly { objectId: string; target: 'process' }[]>) => {
  const processQueue = new MemoryQueue<ObjectMessage>();
  const log = new MemoryLog();
  let nowMs = 1_000;
  const refill = refilling(
    {
      ledger: { claimDueObjects: claim },
      processQueue,
      writebackQueue: new MemoryQueue<ObjectMessage>(),
      log,
      settings: {
        batch: 500,
        perIntegration: 200,
        inFlightPerTenant: 200,
        visibilitySeconds: 900,
        maxAttempts: 120,
        maxRounds: 20,
      },
    },
    { now: () => nowMs },
    { documents: DOCUMENTS, everyMs: EVERY_MS },
  );
  return { refill, processQueue, log, wait: (ms: number) => (nowMs += ms) };
};

it('sends what is due when many documents have ended, or some after a while', async () => {
  let claims = 0;
  const { refill, processQueue, wait } = world(async () => {
    claims += 1;
    return [{ objectId: `o${claims}`, target: 'process' }];
  });
  await refill(2);
  await refill(DOCUMENTS - 1);
  wait(EVERY_MS - 1);
  expect(claims).toBe(1);
  await refill(1);
  expect(claims).toBe(2);
  wait(EVERY_MS);
  await refill(2);
  expect(processQueue.messages.map(({ objectId }) => objectId)).toEqual(['o1', 'o2', 'o3']);
});

it('leaves it to the sweep when it fails', async () => {
  const { refill, log } = world(() => Promise.reject(new Error('away')));
  await refill(2);
  expect(log.lines.map(({ event }) => event)).toEqual(['refill_failed']);
});
