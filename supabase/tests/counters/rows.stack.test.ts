import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { countedAndRows, differences as differencesOf, fold as foldSome } from '../support/counters.ts';
import { type Connection, connect, listed, record, startLedger } from '../support/ledger.ts';

const ledger = await startLedger();

const booksOf = (connection: Connection) => countedAndRows(ledger, connection);
const differences = (connection: Connection) => differencesOf(ledger, connection);
const fold = (limit: number) => foldSome(ledger, limit);

const STATES = [
  'found',
  'queued',
  'processing',
  'staged',
  'written_back',
  'skipped',
  'failed',
  'dead',
] as const;
const REASONS = ['not_pdf', 'pdf_corrupt', 'access_denied'] as const;

type Step =
  | { readonly kind: 'record'; readonly from: number; readonly count: number }
  | {
      readonly kind: 'move';
      readonly part: number;
      readonly state: (typeof STATES)[number];
      readonly reason: string;
    }
  | { readonly kind: 'revise'; readonly part: number }
  | { readonly kind: 'delete'; readonly part: number }
  | { readonly kind: 'fold'; readonly limit: number };

const step = (): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('record' as const),
        from: fc.nat(40),
        count: fc.integer({ min: 1, max: 30 }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('move' as const),
        part: fc.nat(4),
        state: fc.constantFrom(...STATES),
        reason: fc.constantFrom(...REASONS),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('revise' as const, 'delete' as const), part: fc.nat(4) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('fold' as const), limit: fc.integer({ min: 1, max: 40 }) }),
    },
  );

const take = async (connection: Connection, what: Step): Promise<void> => {
  const { integrationId } = connection;
  const some = 'integration_id = $1 and abs(hashtext(key)) % 5 = $2';
  if (what.kind === 'fold') await fold(what.limit);
  else if (what.kind === 'record') {
    const objects = Array.from({ length: what.count }, (_, n) =>
      listed(`${what.from + n}.pdf`, 'v1', {
        sizeBytes: what.from + n,
        skipReason: (what.from + n) % 7 === 0 ? 'not_pdf' : null,
      }),
    );
    await record(ledger, connection, objects);
  } else if (what.kind === 'delete')
    await ledger.rows(`delete from public.s3_processed_objects where ${some}`, [integrationId, what.part]);
  else if (what.kind === 'revise')
    await ledger.rows(
      `update public.s3_processed_objects set revision = revision + 1, state = 'found', reason = null, due_at = now(), lease_id = null where ${some}`,
      [integrationId, what.part],
    );
  else
    await ledger.rows(
      `update public.s3_processed_objects set state = $3, reason = case when $3 in ('written_back', 'found') then null else $4 end, lease_id = null,
         due_at = case when $3 in ('found', 'queued', 'processing', 'staged') then now() end where ${some}`,
      [integrationId, what.part, what.state, what.reason],
    );
};

test('the counters are the rows at any moment, whatever happens to them and however little of it is folded', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step(), { minLength: 1, maxLength: 25, size: 'max' }), async (steps) => {
      const connection = await connect(ledger);
      for (const what of steps) {
        await take(connection, what);
        const { shown, rows } = await booksOf(connection);
        expect(shown).toEqual(rows);
        expect(await differences(connection)).toEqual([]);
      }
    }),
    { numRuns: 40 },
  );
});

test('nobody sees a moment in which they differ, while many change rows and several fold', async () => {
  const connection = await connect(ledger);
  await record(
    ledger,
    connection,
    Array.from({ length: 500 }, (_, n) => listed(`${n}.pdf`)),
  );
  const over = new AbortController();
  const changing = Array.from({ length: 4 }, async (_, worker) => {
    for (let round = 0; round < 15; round += 1) {
      const state = STATES[(round + worker) % STATES.length] ?? 'found';
      // Each its own part, so that none waits for another for ever.
      await ledger.rows(
        `update public.s3_processed_objects set state = $3, reason = 'pdf_corrupt', lease_id = null,
           due_at = case when $3 in ('found', 'queued', 'processing', 'staged') then now() end
         where integration_id = $1 and abs(hashtext(key)) % 4 = $2`,
        [connection.integrationId, worker, state],
      );
    }
  });
  const folding = Array.from({ length: 2 }, async () => {
    while (!over.signal.aborted) await fold(7);
  });
  const watching = (async () => {
    while (!over.signal.aborted) {
      const { shown, rows } = await booksOf(connection);
      expect(shown).toEqual(rows);
    }
  })();
  await Promise.all(changing).finally(() => {
    over.abort();
  });
  await Promise.all([...folding, watching]);
  expect(await differences(connection)).toEqual([]);
});

test('a count that is wrong is shown to be', async () => {
  const connection = await connect(ledger);
  await record(ledger, connection, [listed('a.pdf'), listed('b.pdf')]);
  await fold(1000);
  await ledger.rows('update private.s3_ledger_counters set objects = objects + 1 where integration_id = $1', [
    connection.integrationId,
  ]);
  expect(await differences(connection)).toEqual([
    {
      place: 'pending',
      counted_objects: '3',
      actual_objects: '2',
      counted_bytes: '200',
      actual_bytes: '200',
    },
  ]);
});

test('what an integration leaves behind when its row goes is folded into nothing', async () => {
  const connection = await connect(ledger);
  await record(ledger, connection, [listed('a.pdf')]);
  await ledger.rows('delete from public.s3_integrations where id = $1', [connection.integrationId]);
  await fold(1000);
  const left = await ledger.rows(
    `select 1 from private.s3_usage_deltas where integration_id = $1 union all select 1 from private.s3_ledger_counters where integration_id = $1`,
    [connection.integrationId],
  );
  expect(left).toEqual([]);
});
