import { S3Integration, S3Object } from '@sluice/shared';
import { connectControls, park, pollUntil } from '@sluice/testkit';
import { at, call, newIntegration, newTenant, stringAt } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, type FakeBucket, type FakeS3, startFakeS3 } from '@sluice/testkit/fake-s3';
import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { Pool } from 'pg';
import { afterAll, expect, inject, type TestContext } from 'vitest';

/** The crons of wrangler.toml. */
const POLL = '*/2 * * * *';
const SWEEP = '* * * * *';

const BUCKET = 'customer-bucket';
export const INPUT = 'in/';
export const OUTPUT = 'out/';

/** A small valid PDF. Another `text`, another ETag. */
export const pdf = (text = 'Hello'): Buffer =>
  Buffer.from(
    rawPdf([
      '<</Type /Catalog /Pages 2 0 R>>',
      '<</Type /Pages /Kids [3 0 R] /Count 1>>',
      '<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>>>>',
      rawStream(`BT /F 18 Tf 20 150 Td (${text}) Tj ET`),
      '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>',
    ]),
  );

/** An object of the ledger, as the API shows it. */
export interface LedgerObject {
  readonly id: string;
  readonly key: string;
  readonly etag: string;
  readonly state: string;
  readonly isCurrent: boolean;
  readonly nextAttemptAt: string | null;
  readonly reason: {
    readonly code: string;
    readonly title: string;
    readonly owner: string;
    readonly remedy: string;
    readonly detail: string | null;
    readonly providerCode: string | null;
  } | null;
}

let pool: Pool | undefined;
const sql = (): Pool => {
  if (pool === undefined) {
    pool = new Pool({ connectionString: inject('stack').databaseUrls.superuser, max: 2 });
  }
  return pool;
};
afterAll(async () => {
  await pool?.end();
  pool = undefined;
});

/** A tenant with one connected bucket on a server of its own, and time that moves when told. */
export interface Customer {
  readonly fake: FakeS3;
  readonly bucket: FakeBucket;
  readonly id: string;
  put(key: string, body: Buffer): string;
  /** The integration as `GET /:id` shows it. */
  read(): Promise<unknown>;
  objects(): Promise<LedgerObject[]>;
  /** Lets the next poll be due, and waits until it has ended. */
  poll(): Promise<unknown>;
  /** Lets whatever waits be due, again and again, until a version of the object is as wanted. */
  workUntil(key: string, isDone: (object: LedgerObject) => boolean): Promise<LedgerObject>;
  /** `POST /:id/test-connection`, which must pass. */
  test(): Promise<void>;
  /** As after a passed test with more to take up than one batch: the rest is the sweep's. */
  leaveToSweep(): Promise<void>;
  /** `PATCH /:id`. */
  change(changes: Readonly<Record<string, unknown>>): Promise<void>;
  /** Fires the poll cron with this integration due, and waits for nothing. */
  tickPolls(): Promise<void>;
  /** Lets the sweep come by. */
  tickSweep(): Promise<void>;
  /** How often the processing of the integration's objects was charged. */
  charges(): Promise<number>;
  /** Of the tenant's owner. */
  readonly token: string;
  /** Runs a statement whose `$1` is the integration. */
  sql(text: string): Promise<unknown[]>;
  /** Lets the sweep come by until `GET /:id/credentials` is as wanted. */
  untilCredentials(isDone: (credentials: unknown) => boolean): Promise<unknown>;
  /** Lets the sweep come by until a statement whose `$1` is the integration finds nothing any more. */
  sweepUntilNone(text: string): Promise<unknown>;
  /** Of the integration's credentials. */
  sealedVersions(): Promise<number[]>;
  /** How many lines of the tenant's log tell of this. */
  logged(event: string): Promise<number>;
}

export interface CustomerOptions {
  /** Over the fields of the integration. */
  readonly changes?: Readonly<Record<string, unknown>>;
  /** Over the fields of its start. */
  readonly start?: Readonly<Record<string, unknown>>;
  readonly fake?: Parameters<typeof startFakeS3>[0];
  /** What the bucket is like before it is connected: until the customer is there the cron of any test may poll it. */
  readonly prepare?: (fake: FakeS3, bucket: FakeBucket) => void;
}

/** Goes when the test is finished: from its context, because tests that wait run side by side. */
export const newCustomer = async (
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  { changes, start, fake: options, prepare }: CustomerOptions = {},
): Promise<Customer> => {
  const fake = await startFakeS3({ buckets: [BUCKET], ...options });
  prepare?.(fake, fake.bucket(BUCKET));
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const id = await newIntegration(
    tenant,
    {
      bucket: BUCKET,
      endpoint: fake.endpoint,
      region: 'us-east-1',
      credentials: FAKE_IDENTITY,
      inputPrefix: INPUT,
      outputPrefix: OUTPUT,
      ...changes,
    },
    start,
  );
  onTestFinished(async () => {
    await call('DELETE', `/api/integrations/s3/${id}`, { token });
    await fake.stop();
  });
  await park(sql(), id);
  return {
    fake,
    bucket: fake.bucket(BUCKET),
    ...drive(id, token),
    put: (key, body) => fake.bucket(BUCKET).put(key, body, {}, Date.now()).etag,
  };
};

/** The same for an integration that is there already, whatever its bucket. */
export const drive = (id: string, token: string): Omit<Customer, 'fake' | 'bucket' | 'put'> => {
  const { controlUrl, secretKey } = inject('stack');
  const stack = connectControls(controlUrl, secretKey);
  const read = async () => {
    const { body } = await call('GET', `/api/integrations/s3/${id}`, { token });
    // The api builds it without looking at its form again.
    const { ledger: _ledger, ...integration } = body as Record<string, unknown>;
    expect(S3Integration.safeParse(integration).error).toBeUndefined();
    return body;
  };
  const objects = async () => {
    const answer = await call('GET', `/api/integrations/s3/${id}/objects?limit=200`, { token });
    expect(answer.text).not.toMatch(/X-Amz-|\bat \S+ \(|\.ts:\d/);
    const items = at(answer.body, 'items');
    expect(S3Object.array().safeParse(items).error).toBeUndefined();
    return items as LedgerObject[];
  };
  return {
    id,
    read,
    objects,
    poll: async () => {
      // Not while one is under way: that one may have listed before what the test just did.
      const before = await pollUntil(
        async () => {
          const { rows } = await sql().query<{ before: Date }>(
            `update public.s3_poll_states set next_poll_at = now() where integration_id = $1 and lease_id is null
             returning clock_timestamp() as before`,
            [id],
          );
          return rows[0]?.before;
        },
        { what: 'the end of another poll', timeoutMs: 120_000, intervalMs: 50 },
      );
      await pollUntil(
        async () => {
          const { rows } = await sql().query<{ isEnded: boolean; isDue: boolean }>(
            `select lease_id is null and greatest(last_completed_at, last_error_at) > $2 as "isEnded",
               lease_id is null and next_poll_at <= now() as "isDue"
             from public.s3_poll_states where integration_id = $1`,
            [id, before],
          );
          // A listing may take several runs: what one leaves unfinished is due at once, for the next turn of the cron.
          if (rows[0]?.isEnded !== true && rows[0]?.isDue === true) await stack.tick(POLL);
          return rows[0]?.isEnded === true;
        },
        { what: 'the end of a poll', timeoutMs: 120_000, intervalMs: 50 },
      );
      return read();
    },
    workUntil: async (key, isDone) => {
      let seen: LedgerObject[] = [];
      try {
        return await pollUntil(
          async () => {
            await sql().query(
              `update public.s3_processed_objects set due_at = now()
               where integration_id = $1 and lease_id is null and due_at > now()
                 and (state = 'found' or (state = 'staged' and reason is not null))`,
              [id],
            );
            await stack.tick(SWEEP);
            seen = (await objects()).filter((one) => one.key === key);
            return seen.find(isDone);
          },
          { what: `${key} as wanted`, timeoutMs: 120_000, intervalMs: 100 },
        );
      } catch (cause) {
        throw new Error(`${key} ended as ${JSON.stringify(seen)}`, { cause });
      }
    },
    test: async () => {
      const answer = await call('POST', `/api/integrations/s3/${id}/test-connection`, { token });
      expect(at(answer.body, 'outcome'), answer.text).toBe('passed');
    },
    leaveToSweep: async () => {
      await sql().query(
        'update public.s3_poll_states set revive_requested_at = clock_timestamp() where integration_id = $1',
        [id],
      );
    },
    change: async (changes) => {
      const answer = await call('PATCH', `/api/integrations/s3/${id}`, { token, body: changes });
      expect(answer.status, answer.text).toBe(200);
    },
    tickPolls: async () => {
      await sql().query('update public.s3_poll_states set next_poll_at = now() where integration_id = $1', [
        id,
      ]);
      await stack.tick(POLL);
    },
    tickSweep: () => stack.tick(SWEEP),
    token,
    sql: async (text) => (await sql().query(text, [id])).rows,
    untilCredentials: (isDone) =>
      pollUntil(
        async () => {
          await stack.tick(SWEEP);
          const seen = (await call('GET', `/api/integrations/s3/${id}/credentials`, { token })).body;
          return isDone(seen) ? seen : undefined;
        },
        { what: 'the credentials as wanted', timeoutMs: 60_000, intervalMs: 100 },
      ),
    sweepUntilNone: async (text) => {
      try {
        return await pollUntil(
          async () => {
            await stack.tick(SWEEP);
            return (await sql().query(text, [id])).rows.length === 0;
          },
          { what: `nothing of ${text}`, timeoutMs: 540_000, intervalMs: 100 },
        );
      } catch (cause) {
        const { rows } = await sql().query(
          `select key, state, reason, attempts, lease_id is not null as "isLeased", due_at - now() as "dueIn", now() - state_changed_at as age
           from public.s3_processed_objects where integration_id = $1 and state not in ('written_back', 'skipped') limit 5`,
          [id],
        );
        throw new Error(`left: ${JSON.stringify(rows)}`, { cause });
      }
    },
    sealedVersions: async () =>
      (
        await sql().query<{ version: number }>(
          `select version from private.sealed_secrets where record_id = $1 and field = 'credentials' order by 1`,
          [id],
        )
      ).rows.map(({ version }) => version),
    logged: async (event) =>
      (
        await sql().query('select 1 from public.app_logs where integration_id = $1 and event = $2', [
          id,
          event,
        ])
      ).rows.length,
    charges: async () =>
      (await sql().query('select 1 from public.cost_ledger where integration_id = $1', [id])).rows.length,
  };
};

export const isWrittenBack = ({ state }: LedgerObject): boolean => state === 'written_back';
export const isHeldUpBy =
  (code: string) =>
  ({ reason, nextAttemptAt }: LedgerObject): boolean =>
    reason?.code === code && nextAttemptAt !== null;

/** Every object is accounted for: `found` is the sum of the rest, and nothing is left to do. */
export const expectBooksToBalance = async (customer: Pick<Customer, 'read'>): Promise<void> => {
  const ledger = at(await customer.read(), 'ledger');
  const sum = (group: string): number =>
    Object.values(at(ledger, group) as Record<string, number>).reduce((a, b) => a + b, 0);
  expect(at(ledger, 'pending'), JSON.stringify(ledger)).toBe(0);
  expect(at(ledger, 'found'), JSON.stringify(ledger)).toBe(
    Number(at(ledger, 'writtenBack')) + sum('skipped') + sum('failed'),
  );
};

/** A reason or error a customer can act on: a title, whose move it is, what to do; nothing of how we are made. */
export const expectClear = (said: unknown, code: string, owner: string): void => {
  expect(said, JSON.stringify(said)).toMatchObject({ code, owner });
  expect(stringAt(said, 'title').length).toBeGreaterThan(10);
  expect(stringAt(said, 'remedy').length).toBeGreaterThan(10);
  expect(JSON.stringify(said)).not.toMatch(/Error:|\bat \S+ \(|\.ts:\d|X-Amz-|fakeSecret|undefined|\[object/);
};
