import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectWithEvents, figure, tell, told } from '../support/events.ts';
import {
  beginPoll,
  databaseNow,
  leaseOf,
  listed,
  objectsOf,
  record,
  startLedger,
} from '../support/ledger.ts';

const ledger = await startLedger();

const current = async (connection: Parameters<typeof objectsOf>[1]) =>
  (await objectsOf(ledger, connection))
    .filter((row) => row.is_current)
    .map(({ key, etag, state }) => ({ key, etag, state }));

describe('a delivery', () => {
  test('makes each new object a row that is due at once, found by event', async () => {
    const connection = await connectWithEvents(ledger);
    expect(
      await tell(ledger, connection, [told('a.pdf'), told('b.docx', 'v1', 0, { skipReason: 'not_pdf' })]),
    ).toEqual({ outcome: 'recorded', recorded: 2, deferred: 0 });
    const rows = await ledger.rows(
      `select key, found_by, state, reason, due_at <= now() as is_due from public.s3_processed_objects
       where integration_id = $1 order by key`,
      [connection.integrationId],
    );
    expect(rows).toEqual([
      { key: 'a.pdf', found_by: 'event', state: 'found', reason: null, is_due: true },
      { key: 'b.docx', found_by: 'event', state: 'skipped', reason: 'not_pdf', is_due: null },
    ]);
  });

  test('has no effect a second time, and is counted as replayed', async () => {
    const connection = await connectWithEvents(ledger);
    const objects = [told('a.pdf')];
    await tell(ledger, connection, objects, { deliveryId: 'same' });
    expect(await tell(ledger, connection, [told('b.pdf')], { deliveryId: 'same' })).toEqual({
      outcome: 'replayed',
      recorded: 0,
      deferred: 0,
    });
    expect(await current(connection)).toEqual([{ key: 'a.pdf', etag: 'v1', state: 'found' }]);
    expect(await figure(ledger, connection, 'event_refused', 'replayed')).toBe(1);
  });

  test('of ten copies at once, one has an effect', async () => {
    const connection = await connectWithEvents(ledger);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        tell(ledger, connection, [told('a.pdf'), told('b.pdf')], { deliveryId: 'same' }),
      ),
    );
    expect(answers.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(1);
    expect(await current(connection)).toHaveLength(2);
  });

  test('writes nothing when the integration was edited, stopped or its secret ended since', async () => {
    const connection = await connectWithEvents(ledger);
    const stale = { outcome: 'stale', recorded: 0, deferred: 0 };
    expect(await tell(ledger, connection, [told('a.pdf')], { revision: 99 })).toEqual(stale);
    expect(await tell(ledger, connection, [told('a.pdf')], { secretVersion: 2 })).toEqual(stale);
    await ledger.rows(`update public.s3_integrations set status = 'paused' where id = $1`, [
      connection.integrationId,
    ]);
    expect(await tell(ledger, connection, [told('a.pdf')])).toEqual(stale);
    expect(await objectsOf(ledger, connection)).toEqual([]);
    // What was not recorded is no replay when it comes again.
    await ledger.rows(`update public.s3_integrations set status = 'active' where id = $1`, [
      connection.integrationId,
    ]);
    expect(await tell(ledger, connection, [told('a.pdf')])).toMatchObject({ recorded: 1 });
  });
});

describe('versions of a key', () => {
  test('the later takes the place of the earlier, in whichever order they come', async () => {
    for (const order of [
      [1, 2],
      [2, 1],
    ]) {
      const connection = await connectWithEvents(ledger);
      for (const n of order) await tell(ledger, connection, [told('a.pdf', `v${n}`, n)]);
      expect(await current(connection)).toEqual([{ key: 'a.pdf', etag: 'v2', state: 'found' }]);
      const all = await objectsOf(ledger, connection);
      expect(all).toHaveLength(2);
      expect(all.find(({ etag }) => etag === 'v1')).toMatchObject({ state: 'skipped', reason: 'superseded' });
    }
  });

  test('a sequencer outranks the time', async () => {
    const connection = await connectWithEvents(ledger);
    await tell(ledger, connection, [told('a.pdf', 'v2', 1, { sequencer: '0A2' })]);
    await tell(ledger, connection, [told('a.pdf', 'v1', 9, { sequencer: '0A10' })]);
    expect(await current(connection)).toEqual([{ key: 'a.pdf', etag: 'v2', state: 'found' }]);
  });

  test('the first is kept where the policy says so', async () => {
    const connection = await connectWithEvents(ledger, { overwritePolicy: 'ignore' });
    await tell(ledger, connection, [told('a.pdf', 'v1', 1)]);
    await tell(ledger, connection, [told('a.pdf', 'v2', 2)]);
    expect(await current(connection)).toEqual([{ key: 'a.pdf', etag: 'v1', state: 'found' }]);
  });

  test.for(['before_start', 'outside_prefix'])(
    'the first is the first that was taken in, not one left out as %s',
    async (reason) => {
      const connection = await connectWithEvents(ledger, { overwritePolicy: 'ignore' });
      await tell(ledger, connection, [told('a.pdf', 'v1', 1, { skipReason: 'before_start' })]);
      await ledger.rows('update public.s3_processed_objects set reason = $2 where integration_id = $1', [
        connection.integrationId,
        reason,
      ]);
      await tell(ledger, connection, [told('a.pdf', 'v2', 2)]);
      expect(await current(connection)).toEqual([{ key: 'a.pdf', etag: 'v2', state: 'found' }]);
    },
  );

  test('one that came back is left to a listing, which is asked for at once', async () => {
    const connection = await connectWithEvents(ledger);
    await tell(ledger, connection, [told('a.pdf', 'v1', 1)]);
    await tell(ledger, connection, [told('a.pdf', 'v2', 2)]);
    await ledger.rows(
      `update public.s3_poll_states set next_poll_at = now() + interval '1 hour' where integration_id = $1`,
      [connection.integrationId],
    );
    // The first event once more: late, and no news.
    await tell(ledger, connection, [told('a.pdf', 'v1', 1)]);
    const isDue = async () =>
      (
        await ledger.rows<{ is_due: boolean }>(
          'select next_poll_at <= now() as is_due from public.s3_poll_states where integration_id = $1',
          [connection.integrationId],
        )
      )[0]?.is_due;
    expect(await isDue()).toBe(false);
    await tell(ledger, connection, [told('a.pdf', 'v1', 3)]);
    expect(await isDue()).toBe(true);
    expect(await current(connection)).toEqual([{ key: 'a.pdf', etag: 'v2', state: 'found' }]);
  });

  test('one that was given up as gone is taken up again when it is told of anew, once', async () => {
    const connection = await connectWithEvents(ledger);
    await tell(ledger, connection, [told('a.pdf')]);
    await ledger.rows(
      `update public.s3_processed_objects set state = 'skipped', reason = 'object_not_found', due_at = null, state_changed_at = now()
       where integration_id = $1`,
      [connection.integrationId],
    );
    // An event from before it was gone.
    const before = { lastModified: '2020-01-01T00:00:00.000Z' };
    expect(await tell(ledger, connection, [told('a.pdf', 'v1', 0, before)])).toMatchObject({ recorded: 0 });
    expect(await tell(ledger, connection, [told('a.pdf', 'v1', 5)])).toMatchObject({ recorded: 1 });
    expect(await tell(ledger, connection, [told('a.pdf', 'v1', 5)])).toMatchObject({ recorded: 0 });
    expect(await current(connection)).toEqual([{ key: 'a.pdf', etag: 'v1', state: 'found' }]);
  });

  test('any number told at once and in any order leave the latest current, each once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(
          Array.from({ length: 12 }, (_, n) => n + 1),
          { minLength: 2 },
        ),
        fc.integer({ min: 1, max: 4 }),
        async (seconds, keys) => {
          const connection = await connectWithEvents(ledger);
          const names = Array.from({ length: keys }, (_, n) => `${n}.pdf`);
          // Some of them twice, all of them together.
          await Promise.all(
            [...seconds, ...seconds.slice(0, 3)].map((second) =>
              tell(
                ledger,
                connection,
                names.map((name) => told(name, `v${second}`, second)),
              ),
            ),
          );
          const latest = `v${Math.max(...seconds)}`;
          expect((await current(connection)).toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual(
            names.map((key) => ({ key, etag: latest, state: 'found' })),
          );
          expect(await objectsOf(ledger, connection)).toHaveLength(seconds.length * keys);
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe('beside a listing', () => {
  test('the same objects told and listed at the same time are one row each, and neither way fails', async () => {
    const connection = await connectWithEvents(ledger);
    const keys = Array.from({ length: 60 }, (_, n) => `${String(n).padStart(2, '0')}.pdf`);
    const poll = await beginPoll(ledger, connection);
    const observedAt = await databaseNow(ledger);
    await Promise.all([
      ...keys.map((key) => tell(ledger, connection, [told(key)])),
      ...[0, 20, 40].map((from) =>
        ledger.polls.recordObjects(
          leaseOf(poll),
          observedAt,
          keys.slice(from, from + 20).map((key) => listed(key)),
        ),
      ),
    ]);
    expect(await objectsOf(ledger, connection)).toHaveLength(60);
    expect(await current(connection)).toHaveLength(60);
  });

  test('a version told after the page was asked for is not undone by the page', async () => {
    const connection = await connectWithEvents(ledger);
    const poll = await beginPoll(ledger, connection);
    const observedAt = await databaseNow(ledger);
    await tell(ledger, connection, [told('a.pdf', 'v2', 2)]);
    expect(
      await ledger.polls.recordObjects(leaseOf(poll), observedAt, [listed('a.pdf', 'v1')]),
    ).toMatchObject({ inserted: 0, deferred: 1 });
    expect(await current(connection)).toEqual([{ key: 'a.pdf', etag: 'v2', state: 'found' }]);
  });

  test('a slice in which an event replaced a version is compared anew', async () => {
    const connection = await connectWithEvents(ledger);
    await record(ledger, connection, [listed('a.pdf')]);
    await ledger.rows(
      `insert into public.s3_listing_slices (integration_id, tenant_id, start_after, object_count, digest, cycle)
       select $1, $2, s, 1, repeat('0', 32), 1 from unnest(array['', 'm']) as s`,
      [connection.integrationId, connection.tenant.id],
    );
    await tell(ledger, connection, [told('a.pdf', 'v2', 2), told('z.pdf')]);
    expect(
      await ledger.rows(
        'select start_after, digest is null as is_doubted from public.s3_listing_slices where integration_id = $1 order by 1',
        [connection.integrationId],
      ),
    ).toEqual([
      { start_after: '', is_doubted: true },
      { start_after: 'm', is_doubted: false },
    ]);
  });
});
