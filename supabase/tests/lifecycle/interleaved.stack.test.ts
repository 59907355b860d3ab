import { createCredentialStore, createDryRunLedger, createIntegrationStore } from '@sluice/db';
import { describe, expect, test } from 'vitest';
import { edit, hold, newBucket, PASSED, pass, sealedAs, start, waitsOr } from '../support/edits.ts';
import { connectWithEvents } from '../support/events.ts';
import {
  beginPoll,
  type Connection,
  connect,
  listed,
  objectsOf,
  record,
  startLedger,
} from '../support/ledger.ts';
import { completeProcessing, sweep } from '../support/work.ts';

/** Two at once, the second of them at the worst moment of the first; and one that is killed there. */

const ledger = await startLedger();
const integrations = createIntegrationStore(ledger.service);
const credentials = createCredentialStore(ledger.service);
const dryRuns = createDryRunLedger(ledger.service);

const statusOf = async ({ integrationId }: Connection): Promise<unknown> =>
  (
    await ledger.rows<{ status: string }>('select status from public.s3_integrations where id = $1', [
      integrationId,
    ])
  )[0]?.status;

/** As verbs of the engine record one object of the input folder, in a transaction that is still open. */
const RECORDING = {
  'an event': async () => {
    const connection = await connectWithEvents(ledger, { inputPrefix: 'in/' });
    const held = await hold(
      ledger,
      `select public.record_s3_events($1, 'd1', 1, (select revision from public.s3_integrations where id = $1), '{}', '{}',
         '{in/a.pdf}', '{e1}', '{10}', '{2030-01-01T00:00:00Z}', '{null}', '{null}', '{null}')`,
      [connection.integrationId],
    );
    return { connection, held };
  },
  'a page of a poll': async () => {
    const connection = await connect(ledger, { inputPrefix: 'in/' });
    const poll = await beginPoll(ledger, connection);
    const held = await hold(
      ledger,
      `select public.record_s3_objects($1, $2, 60, clock_timestamp(), '{in/a.pdf}', '{e1}', '{10}', '{2026-01-01T00:00:00Z}', '{null}')`,
      [connection.integrationId, poll.leaseId],
    );
    return { connection, held };
  },
};

describe('an edit while it is recorded', () => {
  test.each(Object.entries(RECORDING))('%s is settled like what was there before', async (_what, begin) => {
    const { connection, held } = await begin();
    const editing = edit(integrations, connection, { inputPrefix: 'other/' });
    await waitsOr(ledger, 'edit_s3_integration', editing);
    await held.commit();
    await editing;
    expect(await objectsOf(ledger, connection)).toMatchObject([
      { key: 'in/a.pdf', state: 'skipped', reason: 'outside_prefix', due_at: null },
    ]);
  });
});

test('work taken in another bucket while it was edited never reaches the new one', async () => {
  const connection = await connect(ledger, { inputPrefix: 'in/' });
  await record(ledger, connection, [listed('in/a.pdf')]);
  await sweep(ledger);
  const [object] = await objectsOf(ledger, connection);
  const held = await hold(ledger, 'select public.begin_processing(array[$1::uuid], 600)', [object?.id]);
  await edit(integrations, connection, { bucket: newBucket() }, true);
  await held.commit();
  const [taken] = await objectsOf(ledger, connection);
  expect(taken).toMatchObject({ state: 'processing' });
  await ledger.housekeeping.settleChangedPrefixes(100);
  await pass(integrations, connection);
  expect(await start(connection)).toBeNull();
  const [after] = await objectsOf(ledger, connection);
  expect(after).toMatchObject({ state: 'found', lease_id: null, attempts: 0 });
  const lease = { objectId: taken?.id ?? '', leaseId: taken?.lease_id ?? '' };
  expect(await completeProcessing(ledger, lease)).toBe(false);
});

describe('what failed outside of the new input folder', () => {
  const behind = async () => {
    const connection = await connect(ledger, { inputPrefix: 'in/' });
    await record(ledger, connection, [listed('in/old.pdf'), listed('in/deep/new.pdf')]);
    await ledger.rows(
      `update public.s3_processed_objects set state = 'dead', reason = 'retries_exhausted', due_at = null where integration_id = $1`,
      [connection.integrationId],
    );
    await edit(integrations, connection, { inputPrefix: 'in/deep/' });
    return connection;
  };
  const states = async (connection: Connection) =>
    (await objectsOf(ledger, connection)).map(({ key, state }) => `${key} ${state}`);

  test('is not tried again after a test', async () => {
    const connection = await behind();
    await pass(integrations, connection);
    await ledger.service.rpc('revive_after_test', { p_limit: 100 });
    expect(await states(connection)).toEqual(['in/deep/new.pdf found', 'in/old.pdf dead']);
  });

  test('is not replayed: the preview leaves it alone', async () => {
    const connection = await behind();
    const { client } = connection.tenant.owner;
    expect(await start(connection, { override: { reason: 'Now.' } })).toBeNull();
    const filter = { p_integration_id: connection.integrationId, p_states: ['dead'] };
    const { data } = await client.rpc('preview_s3_replay', filter);
    expect(data).toMatchObject({ objects: 1, leftAlone: 1 });
    const { replayId, asOf } = data as { replayId: string; asOf: string };
    const begun = await client.rpc('create_s3_replay', {
      ...filter,
      p_replay_id: replayId,
      p_as_of: asOf,
      p_expected_objects: 2,
    });
    expect(begun.error).toBeNull();
    while ((await ledger.service.rpc('run_replay_batch', { p_limit: 9, p_scan: 9, p_max_waiting: 9 })).data);
    expect(await states(connection)).toEqual(['in/deep/new.pdf found', 'in/old.pdf dead']);
  });
});

describe('a start that is killed in the midst of its transaction', () => {
  const START = 'select public.start_s3_integration($1)';

  test('has started nothing and told nobody; whoever waited for the place gets it', async () => {
    const bucket = newBucket();
    const [first, second] = await Promise.all([connect(ledger, { bucket }), connect(ledger, { bucket })]);
    await ledger.rows(`update public.s3_integrations set status = 'draft' where bucket = $1`, [bucket]);
    await Promise.all([pass(integrations, first), pass(integrations, second)]);

    const held = await hold(ledger, START, [first.integrationId], first.tenant.owner.id);
    const starting = start(second);
    await waitsOr(ledger, 'start_s3_integration', starting);
    await held.kill();
    expect(await starting).toBeNull();
    expect([await statusOf(first), await statusOf(second)]).toEqual(['draft', 'active']);
    expect(
      await ledger.rows(
        `select 1 from public.app_logs where integration_id = $1 and event in ('integration_started', 'bucket_claimed_twice')`,
        [first.integrationId],
      ),
    ).toEqual([]);
    expect(await start(first)).toBe('bucket_claimed_elsewhere');
  });

  test('is started by the next try', async () => {
    const connection = await connect(ledger);
    await ledger.rows(`update public.s3_integrations set status = 'draft' where id = $1`, [
      connection.integrationId,
    ]);
    await pass(integrations, connection);
    const held = await hold(ledger, START, [connection.integrationId], connection.tenant.owner.id);
    await held.kill();
    expect(await start(connection)).toBeNull();
    expect(await statusOf(connection)).toBe('active');
  });
});

describe('a start while it is edited', () => {
  test('is of what the edit leaves: untested, so refused', async () => {
    const connection = await connect(ledger, { inputPrefix: 'in/' });
    await ledger.rows(`update public.s3_integrations set status = 'draft' where id = $1`, [
      connection.integrationId,
    ]);
    await pass(integrations, connection);
    const held = await hold(
      ledger,
      `select public.edit_s3_integration($1, $2, jsonb_build_object('bucket', i.bucket, 'region', i.region, 'endpoint', i.endpoint,
         'addressingStyle', i.addressing_style, 'roleArn', null, 'inputPrefix', 'other/', 'outputPrefix', i.output_prefix),
         '{}', null, null, i.revision) from public.s3_integrations i where i.id = $2`,
      [connection.tenant.owner.id, connection.integrationId],
    );
    const starting = start(connection);
    await waitsOr(ledger, 'start_s3_integration', starting);
    await held.commit();
    expect(await starting).toBe('connection_not_tested');
    expect(await statusOf(connection)).toBe('draft');
  });
});

describe('a test that comes back after an edit', () => {
  test.each([
    ['of another folder', { inputPrefix: 'other/' }, false],
    ['and one back again, with another credential', { bucket: newBucket() }, true],
  ] as const)('%s proves nothing', async (_what, changes, isBack) => {
    const connection = await connect(ledger, { inputPrefix: 'in/' });
    const { integration, configuration } = await integrations.getWithSecrets(
      connection.tenant.owner.id,
      connection.integrationId,
    );
    await edit(integrations, connection, changes);
    if (isBack) await edit(integrations, connection, { bucket: integration.bucket }, true);
    await integrations.recordConnectionTest(
      connection.tenant.owner.id,
      connection.integrationId,
      PASSED,
      configuration,
    );
    expect(await start(connection)).toBe('connection_not_tested');
  });
});

describe('an edit of the place while credentials are rotated', () => {
  const rotating = async (isSwapped: boolean) => {
    const connection = await connect(ledger, { inputPrefix: 'in/' });
    const { owner } = connection.tenant;
    const { version, configuration } = await credentials.begin(owner.id, connection.integrationId);
    const rotationId = await credentials.stage(
      owner.id,
      connection.integrationId,
      sealedAs(version),
      'NEWK',
      24,
      configuration,
    );
    if (isSwapped) await credentials.swap(owner.id, rotationId, PASSED, 60);
    return { connection, owner, rotationId };
  };
  const left = async ({ integrationId }: Connection) =>
    ledger.rows(
      `select r.state, (select count(*)::int from private.sealed_secrets s where s.record_id = $1) as sealed
       from public.s3_credential_rotations r where r.integration_id = $1`,
      [integrationId],
    );

  test.each([
    ['probed', false],
    ['kept beside the old ones', true],
  ])('that are being %s takes them all, and ends the rotation', async (_what, isSwapped) => {
    const { connection, owner, rotationId } = await rotating(isSwapped);
    await edit(integrations, connection, { bucket: newBucket() });
    expect(await left(connection)).toEqual([{ state: 'voided', sealed: 0 }]);
    await expect(credentials.swap(owner.id, rotationId, PASSED, 60)).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(credentials.refuse(owner.id, rotationId, PASSED)).rejects.toMatchObject({
      code: 'conflict',
    });
    const { error } = await owner.client.rpc('cancel_credential_rotation', {
      p_integration_id: connection.integrationId,
    });
    expect(error?.message).toBe('no_rotation');
    expect(await left(connection)).toEqual([{ state: 'voided', sealed: 0 }]);
    // Whoever meets a denial with the new ones meanwhile has nothing to roll back to.
    const { data } = await ledger.service.rpc('roll_back_s3_credentials', {
      p_integration_id: connection.integrationId,
      p_version: 2,
      p_code: 'access_denied',
      p_detail: '',
      p_provider_code: '',
    });
    expect(data).toBe(false);
  });

  test('goes on in another folder: the probe that comes back is of the old one, and is refused', async () => {
    const { connection, owner, rotationId } = await rotating(false);
    await edit(integrations, connection, { inputPrefix: 'other/' });
    await expect(credentials.swap(owner.id, rotationId, PASSED, 60)).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await start(connection)).toBe('connection_not_tested');
  });

  test('a deletion takes them too', async () => {
    const { connection, owner, rotationId } = await rotating(true);
    const { error } = await owner.client.rpc('delete_s3_integration', {
      p_integration_id: connection.integrationId,
    });
    expect(error).toBeNull();
    expect(await left(connection)).toEqual([{ state: 'voided', sealed: 0 }]);
    await expect(credentials.swap(owner.id, rotationId, PASSED, 60)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

test('a dry run of what was edited meanwhile ends; the next one is of what stands', async () => {
  const connection = await connect(ledger, { inputPrefix: 'in/' });
  const { owner } = connection.tenant;
  const id = await dryRuns.start(owner.id, connection.integrationId, null);
  const begun = await dryRuns.begin(id, 60);
  await edit(integrations, connection, { inputPrefix: 'other/' });
  const lease = { dryRunId: id, leaseId: begun?.leaseId ?? '' };
  expect(await dryRuns.fail(lease, { code: 'throttled', detail: '', delaySeconds: 5 })).toBeNull();
  expect(await dryRuns.begin(id, 60)).toBeNull();
  const next = await dryRuns.start(owner.id, connection.integrationId, null);
  expect((await dryRuns.begin(next, 60))?.integration.inputPrefix).toBe('other/');
});
