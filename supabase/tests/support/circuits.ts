import type { LeasedObject } from '@sluice/core';
import { type Connection, connect, LEASE_SECONDS, type Ledger, listed, objectsOf, record } from './ledger.ts';
import { settle, sweep } from './work.ts';

/** So many attempts in a row that hang open a circuit. */
export const FAILURES = 10;
export const DOCUMENTS = 30;

/** An integration with DOCUMENTS found, of a tenant of its own if none is named. */
export async function backlog(ledger: Ledger, tenant?: Connection['tenant']): Promise<Connection> {
  const connection = await connect(ledger, tenant === undefined ? {} : { tenant });
  const names = Array.from({ length: DOCUMENTS }, (_, n) => `${String(n).padStart(2, '0')}.pdf`);
  await record(
    ledger,
    connection,
    names.map((name) => listed(name)),
  );
  return connection;
}

/** What the sweep sends for this connection, whatever it sends for others. */
export async function sent(
  ledger: Ledger,
  connection: Connection,
  over: Parameters<typeof sweep>[1] = {},
): Promise<string[]> {
  const own = new Set((await objectsOf(ledger, connection)).map(({ id }) => id));
  return (await sweep(ledger, over)).flatMap(({ objectId }) => (own.has(objectId) ? [objectId] : []));
}

export const begin = async (ledger: Ledger, ids: readonly string[]) =>
  (await ledger.objects.beginProcessing(ids, LEASE_SECONDS)).objects;

export const beginWriting = async (ledger: Ledger, ids: readonly string[]) =>
  (await ledger.objects.beginWriteback(ids, LEASE_SECONDS)).objects;

export async function hang(
  ledger: Ledger,
  objects: readonly LeasedObject[],
  reason = 'upstream_timeout',
): Promise<void> {
  for (const object of objects) await settle(ledger, object, 'retry', reason, 100);
}

/** Ten attempts that hang; the others are in the queue. */
export async function hanging(
  ledger: Ledger,
  tenant?: Connection['tenant'],
): Promise<{ connection: Connection; queued: string[] }> {
  const connection = await backlog(ledger, tenant);
  const queued = await sent(ledger, connection);
  await hang(ledger, await begin(ledger, queued.slice(0, FAILURES)));
  return { connection, queued: queued.slice(FAILURES) };
}

/** As if the circuit's time were over, and with it every wait of its objects. */
export async function wait(ledger: Ledger, { integrationId }: Connection): Promise<void> {
  await ledger.rows('update public.s3_circuits set open_until = now() where integration_id = $1', [
    integrationId,
  ]);
  await ledger.rows(
    'update public.s3_processed_objects set due_at = now() where integration_id = $1 and lease_id is null and due_at is not null',
    [integrationId],
  );
}

/** As if what is under way had begun so much earlier. */
export const begunAgo = (ledger: Ledger, { integrationId }: Connection, seconds: number) =>
  ledger.rows(
    'update public.s3_processed_objects set leased_at = now() - make_interval(secs => $2) where integration_id = $1',
    [integrationId, seconds],
  );

/** How many are in which state. */
export async function statesOf(ledger: Ledger, connection: Connection): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { state } of await objectsOf(ledger, connection)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

export const circuitsOf = (ledger: Ledger, { integrationId }: Connection) =>
  ledger.rows<{ side: string; failures: number; trips: number; code: string }>(
    'select side, failures, trips, code from public.s3_circuits where integration_id = $1 order by side',
    [integrationId],
  );
