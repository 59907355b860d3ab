import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Customer } from './customer.ts';

interface Standing {
  readonly key: string;
  readonly etag: string;
  readonly isPending: boolean;
}

const LOOK_EVERY_MS = 500;
const SKIP_AT_EVERY = 10;

/**
 * Waits until nothing is left to do: every version that lies in a bucket is known, with our results where those are listed too, and
 * none is pending. The hours between two attempts, and in event mode between two listings, are skipped; leases are waited out.
 * @returns what was left when it gave up; empty when all was done.
 */
export const waitUntilDrained = async (
  sql: Pool,
  customers: readonly Customer[],
  forMs: number,
): Promise<string[]> => {
  await sql.query('update public.s3_poll_states set next_poll_at = now() where next_poll_at > now()');
  const until = Date.now() + forMs;
  for (let look = 0; ; look += 1) {
    if (look % SKIP_AT_EVERY === 0) await skipWaits(sql);
    const left = (await Promise.all(customers.map((customer) => leftOf(sql, customer)))).flat();
    if (left.length === 0 || Date.now() > until) return left;
    await delay(LOOK_EVERY_MS);
  }
};

/** What failed before waits for its next attempt, each time longer. */
const skipWaits = async (sql: Pool): Promise<void> => {
  await sql.query(
    `update public.s3_processed_objects set due_at = now()
     where due_at > now() and lease_id is null and reason is not null and state in ('found', 'staged')`,
  );
};

const leftOf = async (sql: Pool, { wish, memory, bucket, connection }: Customer): Promise<string[]> => {
  const { rows } = await sql.query<Standing>(
    `select key, etag, due_at is not null as "isPending" from public.s3_processed_objects where integration_id = $1`,
    [connection.integrationId],
  );
  const pending = rows.filter(({ isPending }) => isPending);
  const known = new Set(rows.map(({ key, etag }) => JSON.stringify([key, etag])));
  const there =
    wish.inputPrefix === ''
      ? [...(await bucket.list())]
      : [...memory.live].map(([key, one]) => [key, one] as const);
  const unknown = there.filter(([key, { etag }]) => !known.has(JSON.stringify([key, etag])));
  return [
    ...(pending.length === 0 ? [] : [`${wish.name}: ${pending.length} are pending`]),
    ...(unknown.length === 0 ? [] : [`${wish.name}: ${unknown.length} are not found yet`]),
  ];
};
