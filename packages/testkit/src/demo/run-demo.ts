import { rm } from 'node:fs/promises';
import { writeDevJson } from '../stack/dev-json.ts';
import type { LogFn } from '../stack/log.ts';
import type { Stack } from '../stack/stack-types.ts';
import { demoUsers, ensureAccount, ensureIntegration } from './accounts.ts';
import { type AuditResult, auditTenant } from './audit/audit.ts';
import { type DemoReport, reportOf } from './audit/books.ts';
import { readCharges, readLedgerRows, type Standing } from './audit/ledger-rows.ts';
import { openCustomerBucket, putDocuments } from './customer-bucket.ts';
import { demoTenants } from './demo-tenants.ts';
import type { DemoTenant } from './document.ts';
import { engineVars } from './engine-vars.ts';
import { type EventForwarder, startEventForwarder } from './events/event-forwarder.ts';
import { ensureEventMode, forwardKeptSources } from './events/event-mode.ts';
import { waitUntilSettled } from './settle.ts';
import { withStack } from './with-stack.ts';

/** Told what the demo is at. */
export interface DemoListener {
  /** A new step, in a few words. */
  step(words: string): void;
  /** How far uploading is. */
  uploaded(done: number, of: number): void;
  standing(standings: readonly Standing[]): void;
}

export interface DemoOptions {
  dataDir: string;
  /** The directory goes with the demo, even after kill -9. */
  removeDataDir: boolean;
  isSmall: boolean;
  listener: DemoListener;
  log: LogFn;
  /** Aborted: everything is stopped, and the demo throws the reason. */
  signal: AbortSignal;
}

const CONNECTED = 'demo';
/** Seconds. A document takes a fraction of one. */
const LEASE = 5;
const STALL_MS = 60_000;

/**
 * Two tenants connect their buckets, and every object is followed to its end. A demo that was killed goes on where
 * it was when it is given the same data directory.
 * @throws as `withStack`.
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { listener, signal } = options;
  const beganAt = performance.now();
  listener.step('starting Postgres, the API, the Workers and the customers\u2019 buckets');
  const forwarder = startEventForwarder(options.log);
  try {
    const tenants = await demoTenants(options.isSmall);
    const audits = await withStack(
      {
        dataDir: options.dataDir,
        removeDataDir: options.removeDataDir,
        buckets: tenants.map(({ bucket }) => bucket),
        cron: { pollEveryMs: 500 },
        workers: { extraVars: engineVars({ pollInterval: 1, lease: LEASE }) },
        onObjectWritten: forwarder.notify,
        log: options.log,
      },
      signal,
      (stack) => followThrough(stack, tenants, listener, forwarder),
    );
    return reportOf(
      audits.map(({ books }) => books),
      audits.flatMap(({ problems }) => problems),
      performance.now() - beganAt,
    );
  } finally {
    forwarder.stop();
    if (options.removeDataDir) await rm(options.dataDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function followThrough(
  stack: Stack,
  tenants: DemoTenant[],
  listener: DemoListener,
  forwarder: EventForwarder,
): Promise<AuditResult[]> {
  listener.step(`two tenants sign up and connect ${tenants.map(({ bucket }) => bucket).join(' and ')}`);
  const integrations = new Map<string, DemoTenant>();
  for (const tenant of tenants) {
    const account = await ensureAccount(stack, { email: tenant.email, tenantName: tenant.name });
    const integrationId = await ensureIntegration(stack, account, { ...tenant, name: CONNECTED });
    integrations.set(integrationId, tenant);
    // The one is told of its files, the other looks for them.
    if (!holdsResults(tenant)) await ensureEventMode(stack, async () => account, integrationId, tenant);
  }
  await forwardKeptSources(stack, forwarder);
  await writeDevJson(stack, await demoUsers(stack.dataDir));

  const total = tenants.reduce((count, { documents }) => count + documents.length, 0);
  listener.step(`${total} objects are put into the buckets`);
  let done = 0;
  await Promise.all(
    tenants.map(({ bucket, documents }) =>
      putDocuments(openCustomerBucket(stack.s3, bucket), documents, () => listener.uploaded(++done, total)),
    ),
  );

  listener.step('waiting until every object is accounted for');
  const expected = new Map(
    [...integrations].map(([id, tenant]) => [
      id,
      { rows: inScope(tenant), holdsResults: holdsResults(tenant) },
    ]),
  );
  const settled = await waitUntilSettled(stack.sql, expected, {
    stallMs: STALL_MS,
    onChange: (standings) => listener.standing(standings),
  });
  listener.step(
    settled
      ? 'holding the books against the buckets'
      : `nothing has moved for ${STALL_MS / 1000} s; holding the books against the buckets as they are`,
  );
  return Promise.all(
    [...integrations].map(async ([integrationId, tenant]) =>
      auditTenant({
        tenant,
        integrationId,
        bucket: openCustomerBucket(stack.s3, tenant.bucket),
        rows: await readLedgerRows(stack.sql, integrationId),
        charges: await readCharges(stack.sql, integrationId),
      }),
    ),
  );
}

function inScope({ documents }: DemoTenant): number {
  return documents.filter(({ expected }) => expected.outcome !== 'left_alone').length;
}

/** Whether results of ours lie in the folder that documents are taken from. */
function holdsResults({ inputPrefix, outputPrefix }: DemoTenant): boolean {
  return outputPrefix.startsWith(inputPrefix);
}
