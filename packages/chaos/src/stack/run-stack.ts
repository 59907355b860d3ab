// The process that holds the stack together, the gateway in it. It is told what to start over IPC, and ends when a part does.
import { closeSync, openSync, writeSync } from 'node:fs';
import { startStack } from '@sluice/testkit';
import type { StackNews, StackOrder, StackQuestion } from './stack-protocol.ts';

/** Seconds. Above all that one attempt at an object can last under the faults of a run, see `weather.ts`. */
const LEASE = '20';
const POLL_INTERVAL = '2';
/** A token outlives the longest run. */
const TOKEN_TTL_SECONDS = 48 * 3_600;
const DIED = 3;

const tell = (news: StackNews): void => void process.send?.(news);

const run = async (order: StackOrder): Promise<void> => {
  // Written at once: what is only in memory goes with a kill, and with it what it might have given away.
  const log = openSync(order.logFile, 'a', 0o600);
  const gate = { CHAOS_GATE: order.gateUrl };
  const stack = await startStack({
    dataDir: order.dataDir,
    buckets: [...order.buckets],
    cron: { pollEveryMs: 1_000 },
    logLevel: 'debug',
    log: ({ level, source, message }) => void writeSync(log, `${level} ${source}: ${message}\n`),
    auth: { accessTokenTtlS: TOKEN_TTL_SECONDS, scryptCost: 1_024 },
    workers: {
      configPaths: [...order.configPaths],
      rateLimits: false,
      extraVars: {
        'sluice-engine': {
          ...gate,
          ...(order.supabaseUrl === null ? {} : { SUPABASE_URL: order.supabaseUrl }),
          POLL_INTERVAL_SECONDS: POLL_INTERVAL,
          POLL_LEASE_SECONDS: LEASE,
          OBJECT_LEASE_SECONDS: LEASE,
          VISIBILITY_SECONDS: LEASE,
        },
        'sluice-remediation': gate,
      },
    },
    ...(order.databaseUrl === null ? {} : { postgrest: { PGRST_DB_URI: order.databaseUrl } }),
    onFatal: () => process.exit(DIED),
  });
  process.on('message', (question: StackQuestion) => {
    if (question.type === 'pids') tell({ type: 'pids', pids: stack.pids() });
    else
      void stack.stop().finally(() => {
        closeSync(log);
        process.exit(0);
      });
  });
  tell({ type: 'up', coordinates: stack.coordinates });
};

process.once('message', (order: StackOrder) => {
  run(order).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
});
// Without whoever ordered it nobody wants it.
process.once('disconnect', () => process.exit(0));
