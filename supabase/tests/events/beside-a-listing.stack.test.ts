import { createEventLedger } from '@sluice/db';
import { describe, expect, test } from 'vitest';
import { connectWithEvents, tell, told } from '../support/events.ts';
import { beginPoll, type Connection, leaseOf, startLedger } from '../support/ledger.ts';

const ledger = await startLedger();
const { polls } = ledger;

type Poll = Awaited<ReturnType<typeof beginPoll>>;

const slice = (startAfter: string, isListed = true) => ({
  startAfter,
  objectCount: 1,
  digest: 'a'.repeat(32),
  isListed,
});

const save = (poll: Poll, ...anchors: readonly string[]) =>
  polls.savePollProgress(leaseOf(poll), { upserts: anchors.map((anchor) => slice(anchor)), removed: [] });

const complete = (
  { integrationId }: Connection,
  poll: Poll,
  anchors: readonly string[],
  removed: string[] = [],
) =>
  polls.completePoll(integrationId, poll.leaseId, {
    upserts: anchors.map((anchor) => slice(anchor)),
    removed,
    isFinished: true,
    isUnordered: false,
    listedObjects: 2,
    listCalls: 1,
    intervalSeconds: 120,
  });

/** Which slices are compared by the next listing even if they look the same. */
const compared = async ({ integrationId }: Connection): Promise<string[]> =>
  (
    await ledger.rows<{ start_after: string }>(
      'select start_after from public.s3_listing_slices where integration_id = $1 and digest is null order by 1',
      [integrationId],
    )
  ).map(({ start_after }) => start_after);

const remembered = async ({ integrationId }: Connection): Promise<string[]> =>
  (
    await ledger.rows<{ key: string }>(
      'select key from private.s3_put_aside_keys where integration_id = $1 order by 1',
      [integrationId],
    )
  ).map(({ key }) => key);

/** Two documents of which events have told, and a listing of their bucket that has begun. */
const listing = async (): Promise<{ connection: Connection; poll: Poll }> => {
  const connection = await connectWithEvents(ledger);
  await tell(ledger, connection, [told('b.pdf'), told('n.pdf')]);
  return { connection, poll: await beginPoll(ledger, connection) };
};

describe('what an event puts aside while a bucket is listed', () => {
  test('is vouched for by no slice that this listing saves, however often, and by what the next saves', async () => {
    const { connection, poll } = await listing();
    await save(poll, '', 'm');
    await tell(ledger, connection, [told('n.pdf', 'v2', 5), told('new.pdf')]);
    expect(await compared(connection)).toEqual(['m']);
    await save(poll, 'm');
    expect(await compared(connection)).toEqual(['m']);
    // Cut into two, and what is behind the cut did not change.
    await save(poll, 'm', 'o');
    expect(await compared(connection)).toEqual(['m']);
    await complete(connection, poll, ['m', 'o']);
    expect(await compared(connection)).toEqual(['m']);

    const next = await beginPoll(ledger, connection);
    await complete(connection, next, ['', 'm', 'o']);
    expect(await compared(connection)).toEqual([]);
  });

  test('nor by a slice that took its own in', async () => {
    const { connection, poll } = await listing();
    await save(poll, '', 'm');
    await tell(ledger, connection, [told('n.pdf', 'v2', 5)]);
    await complete(connection, poll, [''], ['m']);
    expect(await compared(connection)).toEqual(['']);
  });

  test('counts once where deliveries that are recorded together put it aside twice', async () => {
    const { connection, poll } = await listing();
    const [row] = await ledger.rows<{ revision: number }>(
      'select revision from public.s3_integrations where id = $1',
      [connection.integrationId],
    );
    await createEventLedger(ledger.service).recordAll(
      ['v2', 'v3'].map((etag, index) => ({
        integrationId: connection.integrationId,
        deliveryId: etag,
        secretVersion: 1,
        revision: row?.revision ?? 0,
        objects: [told('n.pdf', etag, 5 + index)],
        leftKeys: [],
        refused: {},
      })),
    );
    await complete(connection, poll, ['', 'm']);
    expect(await compared(connection)).toEqual(['m']);
  });

  test('is remembered until the next listing saves, and for three days where none does; nothing is where none is under way', async () => {
    const connection = await connectWithEvents(ledger);
    await tell(ledger, connection, [told('a.pdf'), told('b.pdf')]);
    await tell(ledger, connection, [told('a.pdf', 'v2', 5)]);
    expect(await remembered(connection)).toEqual([]);

    await beginPoll(ledger, connection);
    await tell(ledger, connection, [told('a.pdf', 'v3', 6)]);
    await tell(ledger, connection, [told('b.pdf', 'v2', 5)]);
    await ledger.rows(
      `update private.s3_put_aside_keys set put_aside_at = now() - interval '4 days' where integration_id = $1 and key = 'a.pdf'`,
      [connection.integrationId],
    );
    await createEventLedger(ledger.service).prune(72);
    expect(await remembered(connection)).toEqual(['b.pdf']);

    await complete(connection, await beginPoll(ledger, connection), ['']);
    await complete(connection, await beginPoll(ledger, connection), ['']);
    expect(await remembered(connection)).toEqual([]);
  });
});
