import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Customer } from './customer.ts';

interface Standing {
  readonly key: string;
  readonly etag: string;
  readonly isPending: boolean;
}

const LOOK_EVERY_MS = 500;

/**
 * Waits until nothing is left to do: every version that lies in a bucket is known, with our results where those are listed too, and
 * none is pending. Only a listing is asked for, at once: in event mode the next may be an hour away.
 * @returns what was left when it gave up; empty when all was done.
 */
export const waitUntilDrained = async (
  sql: Pool,
  customers: readonly Customer[],
  forMs: number,
): Promise<string[]> => {
  await sql.query('update public.s3_poll_states set next_poll_at = now() where next_poll_at > now()');
  const until = Date.now() + forMs;
  for (;;) {
    const left = (await Promise.all(customers.map((customer) => leftOf(sql, customer)))).flat();
    if (left.length === 0 || Date.now() > until) return left;
    await delay(LOOK_EVERY_MS);
  }
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
