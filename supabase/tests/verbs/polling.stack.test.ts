import { randomUUID } from 'node:crypto';
import { createTenant } from '@sluice/testkit';
import { describe, expect, test } from 'vitest';
import {
  beginPoll,
  connect,
  databaseNow,
  fingerprint,
  LEASE_SECONDS,
  leaseOf,
  listed,
  startLedger,
} from '../support/ledger.ts';

const ledger = await startLedger();
const { polls } = ledger;

/** Nothing but what the test makes is due. */
const settleEverything = () =>
  ledger.rows(
    `update public.s3_poll_states set next_poll_at = now() + interval '1 day', lease_id = null, lease_expires_at = null`,
  );

const finished = {
  upserts: [],
  removed: [],
  isFinished: true,
  isUnordered: false,
  listedObjects: 3,
  listCalls: 1,
  intervalSeconds: 120,
};

describe('claiming due polls', () => {
  test('takes turns between tenants, however much more one of them has', async () => {
    await settleEverything();
    const large = await createTenant(ledger.stack);
    const many = await Promise.all(Array.from({ length: 6 }, () => connect(ledger, { tenant: large })));
    await ledger.rows(
      `update public.s3_poll_states set next_poll_at = now() - interval '1 hour' where tenant_id = $1`,
      [large.id],
    );
    const small = await connect(ledger);
    const claimed = await polls.claimDuePolls(2, LEASE_SECONDS);
    expect(claimed.map(({ integrationId }) => integrationId)).toContain(small.integrationId);
    expect(claimed).toHaveLength(2);
    expect(many.map(({ integrationId }) => integrationId)).toEqual(
      expect.arrayContaining(claimed.map((c) => c.integrationId).filter((id) => id !== small.integrationId)),
    );
  });

  test('gives each to one of twenty who ask at once, and none is left over', async () => {
    await settleEverything();
    const tenant = await createTenant(ledger.stack);
    const connections = await Promise.all(Array.from({ length: 30 }, () => connect(ledger, { tenant })));
    const due = connections.map(({ integrationId }) => integrationId).toSorted();
    for (let round = 0; round < 10; round += 1) {
      await ledger.rows(
        `update public.s3_poll_states set next_poll_at = now(), lease_id = null, lease_expires_at = null where tenant_id = $1`,
        [tenant.id],
      );
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => polls.claimDuePolls(4, LEASE_SECONDS)),
      );
      const rest = await polls.claimDuePolls(1000, LEASE_SECONDS);
      const claimed = [...answers.flat(), ...rest].map(({ integrationId }) => integrationId);
      expect(claimed.toSorted()).toEqual(due);
    }
  });

  test('leaves out what is paused, deleted, leased or not yet due, and takes what a dead poll held', async () => {
    await settleEverything();
    const tenant = await createTenant(ledger.stack);
    const [paused, deleted, leased, later, dead] = await Promise.all(
      Array.from({ length: 5 }, () => connect(ledger, { tenant })),
    );
    const change = (connection: typeof paused, set: string) =>
      ledger.rows(`update public.s3_poll_states set ${set} where integration_id = $1`, [
        connection?.integrationId,
      ]);
    const owner = tenant.owner.client;
    await owner.rpc('update_s3_integration', {
      p_integration_id: paused?.integrationId,
      p_changes: { status: 'paused' },
    });
    await owner.rpc('delete_s3_integration', { p_integration_id: deleted?.integrationId });
    await change(leased, `lease_id = gen_random_uuid(), lease_expires_at = now() + interval '1 minute'`);
    await change(later, `next_poll_at = now() + interval '1 minute'`);
    await change(dead, `lease_id = gen_random_uuid(), lease_expires_at = now() - interval '1 second'`);
    const claimed = await polls.claimDuePolls(1000, LEASE_SECONDS);
    expect(claimed.map(({ integrationId }) => integrationId)).toEqual([dead?.integrationId]);
  });

  test('never claims more than an answer of PostgREST can hold', async () => {
    await settleEverything();
    const { tenant, integrationId } = await connect(ledger);
    await ledger.rows(`select public.set_tenant_limit($1, 'integrations', 2000)`, [tenant.id]);
    await ledger.rows(
      `with many as (
         insert into public.s3_integrations (tenant_id, name, provider, status, bucket, region, output_prefix)
         select $1, 'n', 'generic', 'active', 'many-' || n, 'auto', 'out/' from generate_series(1, 1100) n returning id, tenant_id)
       insert into public.s3_poll_states (integration_id, tenant_id) select id, tenant_id from many`,
      [tenant.id],
    );
    const claimed = await polls.claimDuePolls(5000, LEASE_SECONDS);
    expect(claimed).toHaveLength(1000);
    const [left] = await ledger.rows<{ unleased: number }>(
      `select count(*)::int as unleased from public.s3_poll_states where tenant_id = $1 and lease_id is null`,
      [tenant.id],
    );
    expect(left).toEqual({ unleased: 101 });
    await ledger.rows(`delete from public.s3_integrations where tenant_id = $1 and id <> $2`, [
      tenant.id,
      integrationId,
    ]);
  });
});

describe('a poll', () => {
  test('begins once, however often its message is delivered', async () => {
    await settleEverything();
    const { integrationId } = await connect(ledger);
    const [lease] = await polls.claimDuePolls(1, LEASE_SECONDS);
    const begun = await Promise.all(
      Array.from({ length: 10 }, () => polls.beginPoll(integrationId, lease?.leaseId ?? '', LEASE_SECONDS)),
    );
    expect(begun.filter((poll) => poll !== null)).toHaveLength(1);
  });

  test('begins with its configuration, its sealed credentials and the slices as they were saved', async () => {
    const connection = await connect(ledger, { inputPrefix: 'in/', language: 'de' });
    const poll = await beginPoll(ledger, connection);
    expect(poll).toMatchObject({
      isUnordered: false,
      integration: {
        id: connection.integrationId,
        tenantId: connection.tenant.id,
        inputPrefix: 'in/',
        language: 'de',
        status: 'active',
      },
      sealed: { credentials: { version: 1, keyId: 'local', secretCiphertext: `\\x${'cd'.repeat(90)}` } },
      slices: [],
    });
    const slice = { startAfter: 'in/"ü\\\u{1f600}', objectCount: 2, digest: 'a'.repeat(32), isListed: true };
    await polls.savePollProgress(leaseOf(poll), {
      upserts: [{ startAfter: '', objectCount: 0, digest: null, isListed: false }, slice],
      removed: [],
    });
    await polls.completePoll(connection.integrationId, poll.leaseId, { ...finished, isFinished: false });
    const resumed = await beginPoll(ledger, connection);
    expect(resumed.slices).toEqual([
      { startAfter: '', objectCount: 0, digest: null, isListed: false },
      slice,
    ]);
    await polls.completePoll(connection.integrationId, resumed.leaseId, { ...finished, removed: [''] });
    const next = await beginPoll(ledger, connection);
    expect(next.slices).toEqual([{ ...slice, isListed: false }]);
  });

  test('that lost its lease writes nothing, by any verb', async () => {
    const connection = await connect(ledger);
    const stale = await beginPoll(ledger, connection);
    const now = await databaseNow(ledger);
    await beginPoll(ledger, connection);
    const before = await fingerprint(ledger, connection);
    const { integrationId } = connection;
    const slices = {
      upserts: [{ startAfter: '', objectCount: 0, digest: null, isListed: true }],
      removed: [],
    };
    const lost = { code: 'conflict' };
    await expect(polls.recordObjects(leaseOf(stale), now, [listed('a.pdf')])).rejects.toMatchObject(lost);
    await expect(polls.savePollProgress(leaseOf(stale), slices)).rejects.toMatchObject(lost);
    await expect(polls.completePoll(integrationId, stale.leaseId, finished)).rejects.toMatchObject(lost);
    await expect(
      polls.failPoll(integrationId, stale.leaseId, {
        code: 'x',
        detail: '',
        intervalSeconds: 1,
        maxIntervalSeconds: 1,
      }),
    ).rejects.toMatchObject(lost);
    expect(await polls.beginPoll(integrationId, stale.leaseId, LEASE_SECONDS)).toBeNull();
    expect(await polls.beginPoll(integrationId, randomUUID(), LEASE_SECONDS)).toBeNull();
    expect(await fingerprint(ledger, connection)).toEqual(before);
  });

  test('of an integration paused meanwhile can write nothing more, and goes on at once when it is resumed', async () => {
    const connection = await connect(ledger);
    const { integrationId } = connection;
    const change = (status: string) =>
      connection.tenant.owner.client.rpc('update_s3_integration', {
        p_integration_id: integrationId,
        p_changes: { status },
      });
    const poll = await beginPoll(ledger, connection);
    expect((await change('paused')).error).toBeNull();
    await expect(
      polls.recordObjects(leaseOf(poll), poll.observedAt, [listed('a.pdf')]),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect((await change('active')).error).toBeNull();
    const claimed = await polls.claimDuePolls(1000, LEASE_SECONDS);
    expect(claimed.map((claim) => claim.integrationId)).toContain(integrationId);
  });

  test('that finishes is due after its interval; one that goes on is due at once', async () => {
    const connection = await connect(ledger);
    const due = async () => {
      const [row] = await ledger.rows<{ seconds: number; cycle: number }>(
        `select round(extract(epoch from next_poll_at - now()))::int as seconds, cycle::int from public.s3_poll_states where integration_id = $1`,
        [connection.integrationId],
      );
      return row;
    };
    const first = await beginPoll(ledger, connection);
    await polls.completePoll(connection.integrationId, first.leaseId, { ...finished, isFinished: false });
    expect(await due()).toEqual({ seconds: 0, cycle: 1 });
    const second = await beginPoll(ledger, connection);
    await polls.completePoll(connection.integrationId, second.leaseId, finished);
    expect(await due()).toEqual({ seconds: 120, cycle: 1 });
    await beginPoll(ledger, connection);
    expect((await due())?.cycle).toBe(2);
  });

  test('that fails waits longer each time, at most as long as it is told, and a success forgets it', async () => {
    const connection = await connect(ledger);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const poll = await beginPoll(ledger, connection);
      await polls.failPoll(connection.integrationId, poll.leaseId, {
        code: 'access_denied',
        detail: 'x'.repeat(5000),
        intervalSeconds: 120,
        maxIntervalSeconds: 900,
      });
      const [row] = await ledger.rows<{ seconds: number }>(
        `select round(extract(epoch from next_poll_at - now()))::int as seconds from public.s3_poll_states where integration_id = $1`,
        [connection.integrationId],
      );
      waits.push(row?.seconds ?? -1);
    }
    expect(waits).toEqual([120, 240, 480, 900, 900]);
    const poll = await beginPoll(ledger, connection);
    await polls.completePoll(connection.integrationId, poll.leaseId, finished);
    const rows = await ledger.rows(
      `select consecutive_failures, last_error_code, last_listed_objects::int from public.s3_poll_states where integration_id = $1`,
      [connection.integrationId],
    );
    expect(rows).toEqual([{ consecutive_failures: 0, last_error_code: null, last_listed_objects: 3 }]);
  });

  test('that lists as many objects as the last time logs nothing', async () => {
    const connection = await connect(ledger);
    for (const listedObjects of [3, 3, 4]) {
      const poll = await beginPoll(ledger, connection);
      await polls.completePoll(connection.integrationId, poll.leaseId, { ...finished, listedObjects });
    }
    const lines = await ledger.rows<{ message: string }>(
      `select message from public.app_logs where integration_id = $1 order by id`,
      [connection.integrationId],
    );
    expect(lines.map(({ message }) => message)).toEqual([
      'listed 3 objects under prefix=',
      'listed 4 objects under prefix=',
    ]);
  });
});

describe('a listing without order', () => {
  test('is a cycle at each run, so that one that never ends comes to the next trial of the order', async () => {
    const connection = await connect(ledger);
    const first = await beginPoll(ledger, connection);
    await polls.completePoll(connection.integrationId, first.leaseId, {
      ...finished,
      isFinished: false,
      isUnordered: true,
    });
    const second = await beginPoll(ledger, connection);
    expect(second).toMatchObject({ cycle: first.cycle + 1, isUnordered: true });
    const third = await beginPoll(ledger, connection);
    expect(third).toMatchObject({ cycle: first.cycle + 2, isUnordered: true });
    await polls.completePoll(connection.integrationId, third.leaseId, { ...finished, isFinished: false });
    // With order a cycle goes on.
    expect(await beginPoll(ledger, connection)).toMatchObject({ cycle: third.cycle, isUnordered: false });
  });
});
