import { describe, expect, test } from 'vitest';
import { replay } from '../support/counters.ts';
import {
  beginPoll,
  connect,
  leaseOf,
  listed,
  makeDue,
  objectsOf,
  onlyObject,
  record,
  startLedger,
  withObject,
} from '../support/ledger.ts';
import {
  completeProcessing,
  completeWriteback,
  settle,
  stage,
  startProcessing,
  startWriteback,
  sweep,
} from '../support/work.ts';

const ledger = await startLedger();

const ledgerRow = async (connection: Parameters<typeof objectsOf>[1], key: string) => {
  const row = (await objectsOf(ledger, connection)).find((object) => object.key === key);
  if (row === undefined) throw new Error(`there is no ${key}`);
  return row;
};

describe('an attempt that did not succeed', () => {
  test('is tried again later, and dead when its attempts are used up', async () => {
    const { connection, row } = await withObject(ledger);
    const states: (string | null)[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await makeDue(ledger, connection);
      states.push(await settle(ledger, await startProcessing(ledger, row), 'retry', 'throttled', 3));
    }
    expect(states).toEqual(['found', 'found', 'dead']);
    expect(await onlyObject(ledger, connection)).toMatchObject({
      state: 'dead',
      reason: 'throttled',
      due_at: null,
      lease_id: null,
    });
  });

  test('is not due before its delay', async () => {
    const { connection, row } = await withObject(ledger);
    await settle(ledger, await startProcessing(ledger, row), 'retry', 'throttled');
    expect((await sweep(ledger)).map(({ objectId }) => objectId)).not.toContain(row.id);
    const { due_at } = await onlyObject(ledger, connection);
    expect(due_at?.getTime()).toBeGreaterThan(Date.now() + 30_000);
  });

  test.each(['skipped', 'failed'] as const)(
    'ends as %s for good, with its reason and its line in the log',
    async (disposition) => {
      const { connection, row } = await withObject(ledger);
      expect(await settle(ledger, await startProcessing(ledger, row), disposition, 'pdf_encrypted')).toBe(
        disposition,
      );
      expect(await onlyObject(ledger, connection)).toMatchObject({
        state: disposition,
        reason: 'pdf_encrypted',
        due_at: null,
      });
      const lines = await ledger.rows<{ message: string }>(
        `select message from public.app_logs where integration_id = $1`,
        [connection.integrationId],
      );
      expect(lines).toEqual([{ message: `${disposition} a.pdf: pdf_encrypted` }]);
    },
  );

  test('at writing keeps what was staged, and goes back to the beginning only when that is gone', async () => {
    const { connection, row } = await withObject(ledger);
    await stage(ledger, row);
    expect(await settle(ledger, await startWriteback(ledger, row), 'retry', 'access_denied')).toBe('staged');
    expect((await onlyObject(ledger, connection)).staged_outputs).not.toBeNull();
    expect(await settle(ledger, await startWriteback(ledger, row), 'retry', 'output_missing')).toBe('found');
    expect((await onlyObject(ledger, connection)).staged_outputs).toBeNull();
  });

  test('is counted from one again when another must mend it', async () => {
    const { connection, row } = await withObject(ledger);
    for (let attempt = 0; attempt < 7; attempt += 1) {
      await makeDue(ledger, connection);
      const object = await startProcessing(ledger, row);
      expect(await settle(ledger, object, 'retry', 'access_denied', 26, 'customer_config')).toBe('found');
    }
    await makeDue(ledger, connection);
    const held = await startProcessing(ledger, row);
    expect(held).toMatchObject({ attempts: 8, obstacleOwner: 'customer_config' });
    expect(await settle(ledger, held, 'retry', 'processor_failed', 6, 'platform')).toBe('found');
    expect((await onlyObject(ledger, connection)).attempts).toBe(1);
    for (let attempt = 2; attempt <= 6; attempt += 1) {
      await makeDue(ledger, connection);
      const object = await startProcessing(ledger, row);
      expect(object).toMatchObject({ attempts: attempt, obstacleOwner: 'platform' });
      expect(await settle(ledger, object, 'retry', 'processor_failed', 6, 'platform')).toBe(
        attempt < 6 ? 'found' : 'dead',
      );
    }
  });

  test('is counted with all since something came of it, and outages of ours by themselves', async () => {
    const { connection, row } = await withObject(ledger);
    const counts: unknown[] = [];
    const begin = async (start: typeof startProcessing | typeof startWriteback) => {
      await makeDue(ledger, connection);
      await sweep(ledger);
      const object = await start(ledger, row);
      counts.push([object.attempts, object.attemptsInAll, object.outages]);
      return object;
    };
    for (const owner of ['platform_outage', 'upstream', 'platform_outage'] as const)
      await settle(ledger, await begin(startProcessing), 'retry', 'unavailable', 6, owner);
    // Killed: nobody says how it ended.
    await begin(startProcessing);
    await completeProcessing(ledger, await begin(startProcessing));
    await settle(ledger, await begin(startWriteback), 'retry', 'unavailable', 6, 'platform_outage');
    await settle(ledger, await begin(startWriteback), 'retry', 'throttled');
    await begin(startWriteback);
    expect(counts).toEqual([
      [1, 1, 0],
      [2, 2, 1],
      [2, 3, 1],
      [2, 4, 2],
      [3, 5, 2],
      [1, 1, 0],
      [2, 2, 1],
      [2, 3, 1],
    ]);
  });

  test('whose obstacles take turns ends it too, with the reason of the last, once all attempts together are too many', async () => {
    const { connection, row } = await withObject(ledger);
    const turns = ['platform_outage', 'upstream', 'customer_config'] as const;
    const states: (string | null)[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      const owner = turns[attempt % turns.length];
      await makeDue(ledger, connection);
      const object = await startProcessing(ledger, row);
      states.push(await settle(ledger, object, 'retry', `of ${owner}`, 3, owner, 7));
    }
    expect(states).toEqual([...Array.from({ length: 6 }, () => 'found'), 'dead']);
    expect(await onlyObject(ledger, connection)).toMatchObject({
      reason: 'of platform_outage',
      attempts: 7,
      due_at: null,
      lease_id: null,
    });
    const lines = await ledger.rows<{ fields: { attempts: number } }>(
      `select fields from public.app_logs where integration_id = $1 and message like 'dead %'`,
      [connection.integrationId],
    );
    expect(lines).toMatchObject([{ fields: { attempts: 7 } }]);
    await replay(ledger, connection, ['dead']);
    await makeDue(ledger, connection);
    expect(await startProcessing(ledger, row)).toMatchObject({ attempts: 1, attemptsInAll: 1, outages: 0 });
  });

  test('by an engine of before, which knows no limit in all, is settled as it was', async () => {
    const { connection, row } = await withObject(ledger);
    const object = await startProcessing(ledger, row);
    const { data, error } = await ledger.service.rpc('settle_attempt', {
      p_object_id: object.objectId,
      p_lease_id: object.leaseId,
      p_disposition: 'retry',
      p_reason: 'throttled',
      p_detail: '',
      p_provider_code: '',
      p_delay_seconds: 60,
      p_max_attempts: 2,
      p_owner: 'upstream',
    });
    expect([error, data]).toEqual([null, 'found']);
    expect(await onlyObject(ledger, connection)).toMatchObject({ attempts: 1 });
  });

  test('because its results are lost never ends it, however often it was tried', async () => {
    const { connection, row } = await withObject(ledger);
    await stage(ledger, row);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await makeDue(ledger, connection);
      await sweep(ledger);
      await settle(ledger, await startWriteback(ledger, row), 'retry', 'internal', 6, 'platform');
    }
    await makeDue(ledger, connection);
    await sweep(ledger);
    const object = await startWriteback(ledger, row);
    expect(object.attempts).toBe(4);
    expect(await settle(ledger, object, 'retry', 'output_missing', 2, 'platform')).toBe('found');
    expect(await onlyObject(ledger, connection)).toMatchObject({ attempts: 0, staged_outputs: null });
  });

  test('because its results are lost counts how often, until something of it is written', async () => {
    const { connection, row } = await withObject(ledger);
    const seen: number[] = [];
    const write = async () => {
      await makeDue(ledger, connection);
      await stage(ledger, row);
      const object = await startWriteback(ledger, row);
      seen.push(object.lostResults);
      return object;
    };
    await settle(ledger, await write(), 'retry', 'output_missing', 2, 'platform');
    await settle(ledger, await write(), 'retry', 'output_missing', 2, 'platform');
    const third = await write();
    // Refused, and so nothing lost.
    await settle(ledger, third, 'retry', 'access_denied', 9, 'customer_config');
    await makeDue(ledger, connection);
    await sweep(ledger);
    await completeWriteback(ledger, await startWriteback(ledger, row));
    await replay(ledger, connection, ['written_back']);
    await write();
    expect(seen).toEqual([0, 1, 2, 0]);
  });

  test('begins anew with how often its results were lost when somebody processes it again', async () => {
    const { connection, row } = await withObject(ledger);
    await stage(ledger, row);
    await settle(ledger, await startWriteback(ledger, row), 'retry', 'output_missing', 2, 'platform');
    await makeDue(ledger, connection);
    await settle(ledger, await startProcessing(ledger, row), 'retry', 'throttled', 1);
    await replay(ledger, connection, ['dead']);
    await stage(ledger, row);
    expect((await startWriteback(ledger, row)).lostResults).toBe(0);
  });

  test('on an object that vanished has the slice that showed it compared again, and no other', async () => {
    const { connection, row } = await withObject(ledger, 'm/\u{1f600}.pdf');
    const poll = await beginPoll(ledger, connection);
    const digest = 'a'.repeat(32);
    const slices = ['', 'm/', 'm/\u{1f600}.pdf', 'z'].map((startAfter) => ({
      startAfter,
      objectCount: 1,
      digest,
      isListed: true,
    }));
    await ledger.polls.savePollProgress(leaseOf(poll), { upserts: slices, removed: [] });
    await settle(ledger, await startProcessing(ledger, row), 'skipped', 'object_not_found');
    const next = await beginPoll(ledger, connection);
    expect(next.slices.map((slice) => [slice.startAfter, slice.digest])).toEqual([
      ['', digest],
      ['m/', null],
      ['m/\u{1f600}.pdf', digest],
      ['z', digest],
    ]);
  });

  test('on an object that vanished is not forgotten by a listing that was under way and saves its slices later', async () => {
    const connection = await connect(ledger);
    const poll = await beginPoll(ledger, connection);
    await record(ledger, connection, [listed('a.pdf'), listed('b.pdf')], poll);
    const running = await startProcessing(ledger, await ledgerRow(connection, 'a.pdf'));
    await settle(ledger, running, 'skipped', 'object_changed');
    const digest = 'b'.repeat(32);
    const upserts = [{ startAfter: '', objectCount: 2, digest, isListed: true }];
    await ledger.polls.savePollProgress(leaseOf(poll), { upserts, removed: [] });
    const end = {
      upserts,
      removed: [],
      isFinished: true,
      isUnordered: false,
      listedObjects: 2,
      listCalls: 1,
      intervalSeconds: 1,
    };
    await ledger.polls.completePoll(connection.integrationId, poll.leaseId, end);
    const next = await beginPoll(ledger, connection);
    expect(next.slices).toMatchObject([{ startAfter: '', digest: null }]);
    // The next listing has seen it: its digest stands.
    await ledger.polls.completePoll(connection.integrationId, next.leaseId, end);
    expect((await beginPoll(ledger, connection)).slices).toMatchObject([{ startAfter: '', digest }]);
  });
});
