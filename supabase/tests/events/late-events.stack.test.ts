import { describe, expect, test } from 'vitest';
import { connectWithEvents, tell, told } from '../support/events.ts';
import { type Connection, listed, objectsOf, record, startLedger } from '../support/ledger.ts';
import {
  completeWriteback,
  settle,
  stage,
  startProcessing,
  startWriteback,
  versionOf,
} from '../support/work.ts';

const ledger = await startLedger();

const HOUR_MS = 3_600_000;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

const current = async (connection: Connection) =>
  (await objectsOf(ledger, connection))
    .filter((row) => row.is_current)
    .map(({ etag, state, revision }) => ({ etag, state, revision }));

const isListedAtOnce = async ({ integrationId }: Connection): Promise<boolean | undefined> => {
  const [row] = await ledger.rows<{ is_due: boolean }>(
    'select next_poll_at <= now() as is_due from public.s3_poll_states where integration_id = $1',
    [integrationId],
  );
  return row?.is_due;
};

const putOffListing = ({ integrationId }: Connection) =>
  ledger.rows(
    `update public.s3_poll_states set next_poll_at = now() + interval '1 hour' where integration_id = $1`,
    [integrationId],
  );

describe('an event that comes late', () => {
  test('does not put aside what a listing has just shown: a listing tells which is the latest', async () => {
    const connection = await connectWithEvents(ledger);
    // A long upload is dated by its beginning, so the version before it seems to be the later one.
    await record(ledger, connection, [listed('a.pdf', 'v2', { lastModified: ago(HOUR_MS) })]);
    await stage(ledger, await versionOf(ledger, connection, 'v2'));
    await putOffListing(connection);
    expect(await tell(ledger, connection, [told('a.pdf', 'v1', 0, { lastModified: ago(1_000) })])).toEqual({
      outcome: 'recorded',
      recorded: 0,
      deferred: 1,
    });
    expect(await current(connection)).toEqual([{ etag: 'v2', state: 'staged', revision: 1 }]);
    expect(await isListedAtOnce(connection)).toBe(true);
  });

  test('is believed when it tells of what was written well after the listing', async () => {
    const connection = await connectWithEvents(ledger);
    await record(ledger, connection, [listed('a.pdf', 'v1', { lastModified: ago(3 * HOUR_MS) })]);
    await ledger.rows(
      `update public.s3_processed_objects set current_since = current_since - interval '1 hour' where integration_id = $1`,
      [connection.integrationId],
    );
    await tell(ledger, connection, [told('a.pdf', 'v2', 0, { lastModified: ago(1_000) })]);
    expect(await current(connection)).toEqual([{ etag: 'v2', state: 'found', revision: 1 }]);
  });

  test('is judged by the version that came back, not by the sequencer of the time before', async () => {
    const connection = await connectWithEvents(ledger);
    await tell(ledger, connection, [told('a.pdf', 'A', 0, { lastModified: ago(9_000), sequencer: '01' })]);
    await tell(ledger, connection, [told('a.pdf', 'B', 0, { lastModified: ago(8_000), sequencer: '03' })]);
    await record(ledger, connection, [listed('a.pdf', 'A', { lastModified: ago(5_000) })]);
    expect(await current(connection)).toEqual([{ etag: 'A', state: 'found', revision: 2 }]);
    // Between the two, and overwritten since.
    await tell(ledger, connection, [told('a.pdf', 'C', 0, { lastModified: ago(8_500), sequencer: '02' })]);
    expect(await current(connection)).toEqual([{ etag: 'A', state: 'found', revision: 2 }]);
  });
});

describe('where the first version stays', () => {
  const replayed = async (reason: string): Promise<Connection> => {
    const connection = await connectWithEvents(ledger, { overwritePolicy: 'ignore' });
    await record(ledger, connection, [listed('a.pdf', 'A')]);
    await stage(ledger, await versionOf(ledger, connection, 'A'));
    await completeWriteback(ledger, await startWriteback(ledger, await versionOf(ledger, connection, 'A')));
    // As a replay takes it up.
    await ledger.rows(
      `update public.s3_processed_objects set state = 'found', due_at = now(), revision = 2 where integration_id = $1`,
      [connection.integrationId],
    );
    const taken = await startProcessing(ledger, await versionOf(ledger, connection, 'A'));
    expect(await settle(ledger, taken, 'skipped', reason)).toBe('skipped');
    return connection;
  };

  test.for(['object_changed', 'object_not_found'])(
    'what was written back stays the first when its replay ends as %s',
    async (reason) => {
      const connection = await replayed(reason);
      await record(ledger, connection, [listed('a.pdf', 'B')]);
      await tell(ledger, connection, [told('a.pdf', 'C')]);
      expect(await objectsOf(ledger, connection)).toMatchObject([
        { etag: 'A', is_current: true, state: 'skipped', reason },
        { etag: 'B', is_current: false, state: 'skipped', reason: 'overwrite_ignored' },
        { etag: 'C', is_current: false, state: 'skipped', reason: 'overwrite_ignored' },
      ]);
    },
  );

  test('and is taken up again when it is back', async () => {
    const connection = await replayed('object_not_found');
    await ledger.rows(
      `update public.s3_processed_objects set state_changed_at = state_changed_at - interval '1 hour' where integration_id = $1`,
      [connection.integrationId],
    );
    await record(ledger, connection, [listed('a.pdf', 'A')]);
    expect(await current(connection)).toEqual([{ etag: 'A', state: 'found', revision: 3 }]);
  });
});
