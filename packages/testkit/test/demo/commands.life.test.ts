import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { openCustomerBucket } from '../../src/demo/customer-bucket.ts';
import type { FirstRun } from '../../src/demo/first-run.ts';
import { pollUntil } from '../../src/index.ts';
import { longPdf } from '../../src/samples/index.ts';
import { readJsonFile } from '../../src/stack/data-dir.ts';
import { isAlive } from '../support.ts';
import { expectedTotal, readDevJson, runDemoCli, startCli, withDirectory } from './cli-process.ts';

/**
 * Puts documents into the bucket of a running `npm start` until one is found by its event: listing goes on beside events, and may be
 * the first for once. How many it put.
 */
const putUntilFoundByEvent = async (dir: string): Promise<number> => {
  const { s3, databaseUrls } = await readDevJson(dir);
  const run = await readJsonFile<FirstRun>(join(dir, 'first-run.json'));
  if (run === undefined) throw new Error('npm start has not said what it made');
  const bucket = openCustomerBucket(s3, run.bucket);
  const body = longPdf(1);
  const client = new Client({ connectionString: databaseUrls.superuser });
  await client.connect();
  try {
    for (let n = 1; n <= 5; n += 1) {
      const key = `${run.inputPrefix}told-${n}.pdf`;
      await bucket.put({ key, body, sizeBytes: body.byteLength, contentType: 'application/pdf' });
      const find = async () => {
        const { rows } = await client.query<{ found_by: string }>(
          'select found_by from public.s3_processed_objects where integration_id = $1 and key = $2',
          [run.integrationId, key],
        );
        return rows[0]?.found_by;
      };
      if ((await pollUntil(find, { what: key, timeoutMs: 150_000 })) === 'event') return n;
    }
    throw new Error('all were found by listing');
  } finally {
    await client.end();
  }
};

describe('npm run demo', () => {
  test('from nothing ends with balanced books, one line of JSON and nothing left behind', async () => {
    await withDirectory(async (dir) => {
      const { status, report } = await runDemoCli([], { TMPDIR: dir });
      expect(report.problems).toEqual([]);
      expect(report.total).toEqual(await expectedTotal(false));
      expect(report.total.written_back).toBeGreaterThanOrEqual(30);
      expect(Object.keys({ ...report.total.skipped, ...report.total.failed }).sort()).toEqual([
        'empty_object',
        'folder_marker',
        'not_a_pdf',
        'not_pdf',
        'object_name_unusable',
        'oversize',
        'own_output',
        'pdf_corrupt',
        'pdf_encrypted',
      ]);
      expect(report.tenants.map(({ tenant }) => tenant)).toEqual(['Acme Legal', 'Globex Archive']);
      expect(report.balanced).toBe(true);
      expect(status).toBe(0);
      // What keeps the ports of two stacks apart belongs to the machine, not to the demo.
      const left = (await readdir(dir)).filter((name) => !name.startsWith('sluice-ports-'));
      expect(left).toEqual([]);
    });
  });

  test('refuses what it does not understand with status 2, before anything is started', async () => {
    const demo = startCli('demo', ['--jsno']);
    expect(await demo.ended).toBe(2);
    expect(demo.stderr()).toContain('Usage: npm run demo');
    expect(demo.stdout()).toBe('');
  });

  test('ends on Ctrl-C without a report and without a process left', async () => {
    await withDirectory(async (dir) => {
      const demo = startCli('demo', ['--json', '--small', '--data-dir', dir]);
      const { processes } = await pollUntil(() => readDevJson(dir), { what: 'dev.json', timeoutMs: 60_000 });
      process.kill(-demo.pid, 'SIGINT');
      expect(await demo.ended).toBe(1);
      expect(demo.stdout()).toBe('');
      expect(demo.stderr()).toContain('stopped by SIGINT');
      expect(Object.values(processes).filter(isAlive)).toEqual([]);
    });
  });
});

describe('npm start', () => {
  test('shows the first documents to their end, goes on quickly, and is one at a time', async () => {
    await withDirectory(async (dir) => {
      const first = startCli('start', ['--data-dir', dir]);
      const shows = (cli: typeof first, words: string) =>
        pollUntil(() => cli.stdout().includes(words), { what: words, timeoutMs: 90_000 });
      await shows(first, 'Every object is accounted for');
      expect(first.stdout()).toContain('16 found = 13 written back + 1 skipped + 2 failed.');
      expect(first.stdout()).toContain('inbox/letter.pdf → accessible/letter.pdf and .html');
      expect(first.stdout()).toContain('failed: The PDF needs a password.');
      const [, health = ''] = /Health +(\S+)/.exec(first.stdout()) ?? [];
      expect((await fetch(health)).status).toBe(200);

      const more = await putUntilFoundByEvent(dir);

      const second = startCli('start', ['--data-dir', dir]);
      expect(await second.ended).toBe(1);
      expect(second.stderr()).toContain(`in use: process ${first.pid} runs a stack`);

      process.kill(-first.pid, 'SIGINT');
      expect(await first.ended).toBe(0);
      const { processes } = await readDevJson(dir);
      expect(Object.values(processes).filter(isAlive)).toEqual([]);

      const again = startCli('start', ['--data-dir', dir]);
      await shows(again, `${16 + more} found = ${13 + more} written back + 1 skipped + 2 failed.`);
      expect(again.stdout()).not.toContain('First start');
      process.kill((await readDevJson(dir)).processes['postgrest'] ?? 0, 'SIGKILL');
      expect(await again.ended).toBe(1);
      expect(again.stdout()).toContain('postgrest ended unexpectedly');
      expect(again.stdout()).toContain('Start again with npm start: nothing is lost.');
      expect(existsSync(`${dir}/stack.log.1`)).toBe(true);
    });
  });
});
