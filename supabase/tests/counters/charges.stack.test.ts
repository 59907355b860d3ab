import { describe, expect, test } from 'vitest';
import { figure } from '../support/events.ts';
import { listed, makeDue, record, startLedger, withObject } from '../support/ledger.ts';
import { completeProcessing, settle, stage, startProcessing, startWriteback } from '../support/work.ts';

const ledger = await startLedger();

const chargesOf = (integrationId: string) =>
  ledger.rows(`select job_id, pages, amount_micros::int from public.cost_ledger where integration_id = $1`, [
    integrationId,
  ]);

describe('processing', () => {
  test('charges a job once, whoever completes it again', async () => {
    const { connection, row } = await withObject(ledger);
    const object = await startProcessing(ledger, row);
    const done = await Promise.all(Array.from({ length: 5 }, () => completeProcessing(ledger, object)));
    expect(done.filter((isDone) => isDone)).toEqual([true]);
    expect(await chargesOf(connection.integrationId)).toEqual([
      { job_id: object.jobId, pages: 2, amount_micros: 2000 },
    ]);
  });

  test('charges nothing again when lost results are made again', async () => {
    const { connection, row } = await withObject(ledger);
    const object = await stage(ledger, row);
    expect(await settle(ledger, await startWriteback(ledger, row), 'retry', 'output_missing')).toBe('found');
    await makeDue(ledger, connection);
    expect(await stage(ledger, row)).toMatchObject({ jobId: object.jobId });
    expect(await chargesOf(connection.integrationId)).toHaveLength(1);
  });

  describe('gives back what was charged for results that were lost and cannot be made again', () => {
    const lose = async () => {
      const { connection, row } = await withObject(ledger);
      const { jobId } = await stage(ledger, row);
      await settle(ledger, await startWriteback(ledger, row), 'retry', 'output_missing');
      await makeDue(ledger, connection);
      return { connection, row, jobId };
    };
    const booksOf = async ({ integrationId }: { readonly integrationId: string }) =>
      ledger.rows(
        'select job_id, kind, pages, amount_micros::int from public.cost_ledger where integration_id = $1 order by id',
        [integrationId],
      );
    const givenBack = (jobId: string) => [
      { job_id: jobId, kind: 'processing', pages: 2, amount_micros: 2000 },
      { job_id: jobId, kind: 'credit', pages: 0, amount_micros: -2000 },
    ];

    test.each([
      ['skipped', 'object_changed'],
      ['skipped', 'object_not_found'],
      ['failed', 'pdf_corrupt'],
    ] as const)('because it is %s: %s', async (disposition, reason) => {
      const { connection, row, jobId } = await lose();
      await settle(ledger, await startProcessing(ledger, row), disposition, reason);
      expect(await booksOf(connection)).toEqual(givenBack(jobId));
      expect(await figure(ledger, connection, 'cost_micros', 'processing')).toBe(2000);
      expect(await figure(ledger, connection, 'cost_micros', 'credit')).toBe(-2000);
    });

    test('because a newer version was found before it was begun again', async () => {
      const { connection, jobId } = await lose();
      await record(ledger, connection, [listed('a.pdf', 'v2')]);
      expect(await booksOf(connection)).toEqual(givenBack(jobId));
    });

    test('because its version came again, as another job, while it was under way', async () => {
      const { connection, row, jobId } = await lose();
      await startProcessing(ledger, row);
      await record(ledger, connection, [listed('a.pdf', 'v2')]);
      expect(await booksOf(connection)).toHaveLength(1);
      await record(ledger, connection, [listed('a.pdf')]);
      expect(await booksOf(connection)).toEqual(givenBack(jobId));
    });

    test('and nothing of what never was charged, is there, or was refused by the bucket', async () => {
      const { connection, row } = await withObject(ledger);
      await settle(ledger, await startProcessing(ledger, row), 'skipped', 'object_changed');
      expect(await booksOf(connection)).toEqual([]);
      const other = await withObject(ledger);
      await stage(ledger, other.row);
      await settle(ledger, await startWriteback(ledger, other.row), 'failed', 'output_taken');
      expect(await booksOf(other.connection)).toHaveLength(1);
    });
  });
});
