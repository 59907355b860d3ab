import { createEventLedger } from '@sluice/db';
import { pollUntil } from '@sluice/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectWithEvents, tell } from '../support/events.ts';
import { type Connection, startLedger } from '../support/ledger.ts';

/** What is pruned after three days, when it is told of again at that moment. */

const ledger = await startLedger();

const KEYS = ['a.pdf', 'm.pdf', 'z.pdf'];

const TABLES = {
  deferred: {
    name: 's3_deferred_events',
    since: 'told_at',
    columns: 'integration_id, key, told_at, etag',
    values: `$1, $2, now() - interval '4 days', ''`,
    tell: (connection: Connection) => tell(ledger, connection, [], { leftKeys: KEYS }),
  },
  'put aside': {
    name: 's3_put_aside_keys',
    since: 'put_aside_at',
    columns: 'integration_id, key, put_aside_at',
    values: `$1, $2, now() - interval '4 days'`,
    // While a listing goes on.
    tell: async ({ integrationId }: Connection) => {
      await ledger.rows(
        'update public.s3_poll_states set cycle_started_at = now() where integration_id = $1',
        [integrationId],
      );
      await ledger.rows('select private.leave_to_listing($1, $2, null, null)', [integrationId, KEYS]);
    },
  },
} as const;

/** As the table is in earnest: what is told of is found by its key, and so locked in the order of the keys. */
beforeAll(async () => {
  const { integrationId } = await connectWithEvents(ledger);
  await ledger.rows(
    `insert into private.s3_deferred_events (integration_id, key, etag) select $1, n || '.pdf', '' from generate_series(1, 10000) as n`,
    [integrationId],
  );
  await ledger.rows('analyze private.s3_deferred_events');
});

const prune = () => createEventLedger(ledger.service).prune(72);

const untilWaiting = (count: number) =>
  pollUntil(
    async () =>
      (
        await ledger.rows<{ n: number }>(
          `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
      )[0]?.n === count,
    { what: `${count} waiting for a lock`, timeoutMs: 20_000 },
  );

describe.each(Object.entries(TABLES))('what is %s', (_, table) => {
  test.each([[KEYS], [KEYS.toReversed()]])(
    'in the order %j is kept when it is told of again, and nobody waits in a circle',
    async (order) => {
      const connection = await connectWithEvents(ledger);
      const { integrationId } = connection;
      for (const key of order)
        await ledger.rows(`insert into private.${table.name} (${table.columns}) values (${table.values})`, [
          integrationId,
          key,
        ]);
      const holder = await ledger.stack.sql.connect();
      try {
        await holder.query('begin');
        await holder.query(
          `select 1 from private.${table.name} where integration_id = $1 and key = 'm.pdf' for update`,
          [integrationId],
        );
        const telling = table.tell(connection);
        await untilWaiting(1);
        const pruning = prune();
        // Either it has ended, or it waits, too.
        await Promise.race([pruning, untilWaiting(2)]);
        await holder.query('commit');
        expect(await Promise.allSettled([telling, pruning])).toMatchObject([
          { status: 'fulfilled' },
          { status: 'fulfilled' },
        ]);
      } finally {
        holder.release();
      }
      expect(
        await ledger.rows(
          `select key, ${table.since} > now() - interval '1 hour' as is_new from private.${table.name} where integration_id = $1 order by key`,
          [integrationId],
        ),
      ).toEqual(KEYS.map((key) => ({ key, is_new: true })));
      await ledger.rows(`delete from private.${table.name} where integration_id = $1`, [integrationId]);
    },
  );
});
