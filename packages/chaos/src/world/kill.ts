import type { Pool } from 'pg';
import type { Victim } from '../plan/plan.ts';
import type { Supervisor } from '../stack/supervisor.ts';

/**
 * kill -9 of a part of the stack.
 * @returns whether there was one to kill: the stack may be down from the last time.
 */
export const kill = async (victim: Victim, stack: Supervisor, sql: Pool): Promise<boolean> => {
  const pid = victim === 'postgres_backend' ? await backendPid(sql) : (await stack.pids())[victim];
  if (pid === undefined) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
};

/** Of one that PostgREST works with: of its death Postgres ends all the others and recovers as after a crash. */
const backendPid = async (sql: Pool): Promise<number | undefined> => {
  try {
    const { rows } = await sql.query<{ pid: number }>(
      `select pid from pg_stat_activity where usename = 'authenticator' order by state_change desc limit 1`,
    );
    return rows[0]?.pid;
  } catch {
    return undefined;
  }
};
