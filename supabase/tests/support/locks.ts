import { pollUntil } from '@sluice/testkit';
import type { Ledger } from './ledger.ts';

/**
 * Does something while a transaction of somebody else's holds rows: that one ends, committed, only when what is done waits for it.
 * @param hold a statement whose `$1` is `id`, and which locks.
 * @returns what was done in the end.
 * @throws when it never waits.
 */
export async function whileHeld<T>(
  ledger: Ledger,
  hold: string,
  id: string,
  act: () => Promise<T>,
): Promise<T> {
  const { sql } = ledger.stack;
  const other = await sql.connect();
  try {
    const { rows } = await other.query<{ pid: number }>('select pg_backend_pid() as pid');
    await other.query('begin');
    await other.query(hold, [id]);
    const acted = act();
    // Looked at below; until then nobody waits for it.
    acted.catch(() => undefined);
    await pollUntil(
      async () =>
        (
          await sql.query('select from pg_stat_activity where $1 = any (pg_blocking_pids(pid))', [
            rows[0]?.pid,
          ])
        ).rows[0],
      { what: 'somebody to wait for the lock', timeoutMs: 30_000, intervalMs: 20 },
    );
    await other.query('commit');
    return await acted;
  } finally {
    other.release(true);
  }
}
