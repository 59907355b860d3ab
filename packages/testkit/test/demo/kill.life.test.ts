import { beforeAll, describe, expect, test } from 'vitest';
import type { DemoReport } from '../../src/demo/audit/books.ts';
import { pollUntil } from '../../src/index.ts';
import { isAlive, kill9 } from '../support.ts';
import {
  expectedTotal,
  readDevJson,
  runDemoCli,
  startCli,
  untilSomeAreWrittenBack,
  withDirectory,
} from './cli-process.ts';

const PARTS = ['postgres', 'postgrest', 'workersHost', 'workersWorkerd', 'bucketsHost', 'bucketsWorkerd'];
const SMALL = ['--small', '--data-dir'];

/** Everything but the time it took. */
function booksOf({ tenants, total, problems, balanced }: DemoReport): unknown {
  return { tenants, total, problems, balanced };
}

async function untilGone(pids: Record<string, number>): Promise<void> {
  const left = (): string[] => Object.keys(pids).filter((name) => isAlive(pids[name] ?? 0));
  await pollUntil(() => left().length === 0, { what: 'the end of all processes', timeoutMs: 10_000 });
}

let undisturbed: DemoReport;
beforeAll(async () => {
  const { status, report } = await withDirectory((dir) => runDemoCli([...SMALL, dir]));
  expect(status).toBe(0);
  undisturbed = report;
});

test('undisturbed, every object is accounted for', async () => {
  expect(undisturbed.total).toEqual(await expectedTotal(true));
});

// Side by side: what takes time is the waiting for leases.
describe.concurrent('kill -9 in mid-demo, then the same again on the same data', () => {
  test.for([
    { what: 'Postgres', victims: ['postgres'] },
    { what: 'PostgREST', victims: ['postgrest'] },
    { what: 'workerd of the Workers', victims: ['workersWorkerd'] },
    { what: "the Workers' host", victims: ['workersHost'] },
    { what: "the buckets' host", victims: ['bucketsHost'] },
    { what: 'the Node process', victims: ['node'] },
    { what: 'everything', victims: ['node', 'watchdog', ...PARTS] },
  ])('of $what ends with the same books', async ({ victims }, { expect }) => {
    await withDirectory(async (dir) => {
      const first = startCli('demo', ['--json', ...SMALL, dir]);
      const written = await untilSomeAreWrittenBack(dir, first);
      const pids: Record<string, number> = { ...(await readDevJson(dir)).processes, node: first.pid };
      for (const victim of victims) kill9(pids[victim] ?? 0);
      expect(written).toBeLessThan(undisturbed.total.written_back);

      const status = await first.ended;
      expect(first.stdout()).toBe('');
      if (victims.includes('node')) expect(status).toBe('SIGKILL');
      else {
        expect(status).toBe(1);
        expect(first.stderr()).toContain('ended unexpectedly');
        expect(first.stderr()).toContain('Nothing is lost');
      }
      // Without watchdog and parent nobody is left to end the rest; the next start does.
      if (!victims.includes('watchdog')) await untilGone(pids);

      const second = await runDemoCli([...SMALL, dir]);
      expect(booksOf(second.report)).toEqual(booksOf(undisturbed));
      expect(second.status).toBe(0);
      await untilGone(pids);
    });
  });
});
