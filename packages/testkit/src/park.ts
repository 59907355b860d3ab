import type { Pool } from 'pg';
import { pollUntil } from './stack/process/poll.ts';

/**
 * Keeps integrations from being polled by the crons of tests that run beside the present one, which poll whatever is due. Waits for
 * the end of a poll that is under way: it may not have listed yet, and sets when the next is due.
 * @param sql as superuser: no API moves a poll.
 */
export const park = async (sql: Pick<Pool, 'query'>, ...integrationIds: readonly string[]): Promise<void> => {
  await pollUntil(
    async () => {
      const { rowCount } = await sql.query(
        `update public.s3_poll_states set next_poll_at = 'infinity' where integration_id = any ($1) and lease_id is null`,
        [integrationIds],
      );
      return rowCount === integrationIds.length;
    },
    { what: 'the end of polls that were under way', timeoutMs: 120_000, intervalMs: 50 },
  );
};
