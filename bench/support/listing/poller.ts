import { randomUUID } from 'node:crypto';
import { type BegunPoll, type PollLedger, type PollOutcome, pollIntegration } from '@sluice/core';
import { createIntegrationStore, createPollLedger, createServiceClient } from '@sluice/db';
import { openBucket } from '@sluice/s3';
import { createTenant, type Stack } from '@sluice/testkit';
import { BUCKET, CREDENTIALS } from './corpus.ts';

export interface Poller {
  /** The next poll, as if its time had come, with the calls it made of the database. */
  poll(endpoint: string): Promise<{ outcome: PollOutcome; databaseCalls: number }>;
  /** What a poll beginning now would be given; the poll itself is then called off. */
  begin(): Promise<BegunPoll>;
  /** Makes the next poll compare everything with the ledger. */
  forgetDigests(): Promise<void>;
  /** Objects in the ledger, and the sum of their revisions: written twice shows. */
  books(): Promise<{ objects: number; revisions: number }>;
}

const LEASE_SECONDS = 180;

/** An integration on the real database, polled with the real client. */
export const createPoller = async (stack: Stack): Promise<Poller> => {
  const { id: tenantId, owner } = await createTenant(stack);
  const service = createServiceClient(stack.supabaseUrl, stack.secretKey);
  const integrationId = randomUUID();
  await createIntegrationStore(service).create(
    owner.id,
    {
      id: integrationId,
      tenantId,
      name: 'bench',
      provider: 'generic',
      bucket: integrationId,
      region: 'us-east-1',
      endpoint: 'https://s3.example.test',
      addressingStyle: 'path',
      roleArn: null,
      externalId: null,
      accessKeyHint: null,
      inputPrefix: '',
      outputPrefix: 'accessible/',
      overwritePolicy: 'reprocess',
      language: null,
    },
    null,
  );
  const plain = createPollLedger(service);
  let calls = 0;
  const counted = Object.fromEntries(
    Object.entries(plain).map(([name, method]) => [
      name,
      (...args: unknown[]) => {
        calls += 1;
        return Reflect.apply<object, unknown[], unknown>(method, plain, args);
      },
    ]),
  ) as unknown as PollLedger;

  const claim = async () => {
    await stack.sql.query(
      'update public.s3_poll_states set next_poll_at = now(), lease_id = null, lease_expires_at = null where integration_id = $1',
      [integrationId],
    );
    const leases = await plain.claimDuePolls(1_000, LEASE_SECONDS);
    const lease = leases.find((one) => one.integrationId === integrationId);
    if (lease === undefined) throw new Error('the poll could not be claimed');
    return lease;
  };

  return {
    poll: async (endpoint) => {
      const lease = await claim();
      calls = 0;
      const outcome = await pollIntegration(
        {
          ledger: counted,
          openBucket: async () =>
            openBucket({
              provider: { provider: 'generic', endpoint },
              bucket: BUCKET,
              credentials: CREDENTIALS,
              egress: { mode: 'allow-loopback' },
            }),
          rollBack: async () => false,
          clock: { now: () => Date.now() },
          log: { info: () => undefined, warn: () => undefined, error: () => undefined },
          settings: {
            leaseSeconds: LEASE_SECONDS,
            intervalSeconds: 120,
            maxIntervalSeconds: 1800,
            concurrency: 5,
            budgetMs: 600_000,
            budgetCalls: 8_000,
          },
        },
        { version: 1, ...lease },
      );
      return { outcome, databaseCalls: calls };
    },
    begin: async () => {
      const lease = await claim();
      const begun = await plain.beginPoll(integrationId, lease.leaseId, LEASE_SECONDS);
      if (begun === null) throw new Error('the poll did not begin');
      return begun;
    },
    forgetDigests: async () => {
      await stack.sql.query('update public.s3_listing_slices set digest = null where integration_id = $1', [
        integrationId,
      ]);
    },
    books: async () => {
      const { rows } = await stack.sql.query<{ objects: number; revisions: number }>(
        'select count(*)::int as objects, coalesce(sum(revision), 0)::int as revisions from public.s3_processed_objects where integration_id = $1',
        [integrationId],
      );
      return rows[0] ?? { objects: 0, revisions: 0 };
    },
  };
};
