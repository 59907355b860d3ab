import {
  createCredentialStore,
  createDryRunLedger,
  createIntegrationStore,
  createSecretUpkeep,
} from '@sluice/db';
import type { TestTenant } from '@sluice/testkit';
import { expect, test } from 'vitest';
import { brokenSecrets, edit, newBucket, PASSED, pass, sealedAs, start } from '../support/edits.ts';
import { connectWithEvents, tell, told } from '../support/events.ts';
import { booksOf, brokenInvariants } from '../support/invariants.ts';
import {
  beginPoll,
  connect,
  databaseNow,
  LEASE_SECONDS,
  leaseOf,
  listed,
  objectsOf,
  startLedger,
} from '../support/ledger.ts';
import { completeProcessing, completeWriteback, sweep } from '../support/work.ts';

/** Everything that changes an integration and everything that works on it, at once. */

const ledger = await startLedger();
const { service } = ledger;
const integrations = createIntegrationStore(service);
const credentials = createCredentialStore(service);
const dryRuns = createDryRunLedger(service);
const upkeep = createSecretUpkeep(service);

const ROUNDS = 30;
const KEYS = Array.from({ length: 40 }, (_, n) => `in/${n % 2 === 0 ? 'deep/' : ''}${n}.pdf`);

/** What somebody who comes second may be told. Anything else (a deadlock, a constraint) is a fault of ours. */
const EXPECTED = new Set([
  'bucket_claimed_elsewhere',
  'conflict',
  'connection_not_tested',
  'credentials_missing',
  'dry_run_running',
  'edit_conflict',
  'no_rotation',
  'not_found',
  'not_started',
  'rotation_in_progress',
  'still_settling',
]);

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : error.message;
  return EXPECTED.has(code)
    ? code
    : `${code}: ${error.cause instanceof Error ? error.cause.message : error.message}`;
};

/** Does something again and again; what it was refused with. */
const repeat = async (act: (round: number) => Promise<unknown>): Promise<string[]> => {
  const codes: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await act(round).catch((error: unknown) => codes.push(codeOf(error)));
  }
  return codes;
};

const as = async (
  { owner }: TestTenant,
  verb: 'cancel_credential_rotation' | 'finish_credential_rotation' | 'cancel_s3_dry_run',
  id: string,
) => {
  const { error } = await owner.client.rpc(verb, { p_integration_id: id });
  if (error !== null) throw new Error(error.message);
};

test('ends in no deadlock; books and secrets are whole, and a deletion leaves nothing', async () => {
  const [bucket, other] = [newBucket(), newBucket()];
  const one = await connectWithEvents(ledger, {
    bucket,
    inputPrefix: 'in/',
    overwritePolicy: 'keep_versions',
  });
  const rival = await connect(ledger, { bucket, inputPrefix: 'in/', outputPrefix: 'theirs/' });
  const { tenant, integrationId } = one;
  const actor = tenant.owner.id;
  const withOverride = { override: { reason: 'Now.' } };
  const mustStart = async (connection: typeof one, how: object = {}) => {
    const refused = await start(connection, how);
    if (refused !== null) throw new Error(refused);
  };
  const change = async (status: string) => {
    const { error } = await tenant.owner.client.rpc('update_s3_integration', {
      p_integration_id: integrationId,
      p_changes: { status },
    });
    if (error !== null) throw new Error(error.message);
  };
  const idsOf = async (state: string) =>
    (await objectsOf(ledger, one)).filter((object) => object.state === state).map(({ id }) => id);

  const refusals = await Promise.all([
    repeat((round) => edit(integrations, one, { inputPrefix: round % 2 === 0 ? 'in/deep/' : 'in/' })),
    repeat(async (round) => {
      if (round % 4 === 0) await edit(integrations, one, { bucket: round % 8 === 0 ? other : bucket }, true);
    }),
    repeat((round) => mustStart(one, round % 3 === 0 ? { startFrom: 'everything' } : withOverride)),
    repeat(() => mustStart(one, withOverride)),
    repeat(() => pass(integrations, one)),
    repeat(async () => {
      await pass(integrations, rival);
      await mustStart(rival);
    }),
    repeat(async () => {
      const { error } = await rival.tenant.owner.client.rpc('update_s3_integration', {
        p_integration_id: rival.integrationId,
        p_changes: { status: 'disabled' },
      });
      if (error !== null) throw new Error(error.message);
    }),
    repeat(async (round) => {
      const { version, configuration } = await credentials.begin(actor, integrationId);
      const id = await credentials.stage(actor, integrationId, sealedAs(version), 'NEWK', 24, configuration);
      if (round % 5 === 0) await credentials.refuse(actor, id, PASSED);
      else await credentials.swap(actor, id, PASSED, 60);
    }),
    repeat((round) =>
      as(
        tenant,
        round % 2 === 0 ? 'cancel_credential_rotation' : 'finish_credential_rotation',
        integrationId,
      ),
    ),
    repeat(() => upkeep.sweep(100)),
    repeat(async (round) => {
      const id = await dryRuns.start(actor, integrationId, null);
      const begun = await dryRuns.begin(id, 60);
      if (begun === null) return;
      const lease = { dryRunId: id, leaseId: begun.leaseId };
      await dryRuns.fail(lease, { code: 'throttled', detail: '', delaySeconds: round % 2 === 0 ? null : 5 });
    }),
    repeat(() => as(tenant, 'cancel_s3_dry_run', integrationId)),
    repeat((round) =>
      tell(
        ledger,
        one,
        KEYS.slice(round, round + 8).map((key) => told(key, `e${round % 3}`, round)),
      ),
    ),
    repeat(async (round) => {
      const poll = await beginPoll(ledger, one).catch(() => null);
      if (poll === null) return;
      const page = KEYS.map((key, at) => listed(key, `e${(round + at) % 3}`)).filter(({ key }) =>
        key.startsWith(poll.integration.inputPrefix),
      );
      await ledger.polls.recordObjects(leaseOf(poll), await databaseNow(ledger), page);
    }),
    repeat(() => sweep(ledger, { visibilitySeconds: 0 })),
    repeat(async () => {
      const begun = await ledger.objects.beginProcessing(await idsOf('queued'), LEASE_SECONDS);
      for (const object of begun.objects.slice(0, 12)) await completeProcessing(ledger, object);
    }),
    repeat(async () => {
      const begun = await ledger.objects.beginWriteback(await idsOf('staged'), LEASE_SECONDS);
      for (const object of begun.objects.slice(0, 6)) await completeWriteback(ledger, object);
    }),
    repeat(() => ledger.housekeeping.settleChangedPrefixes(7)),
    repeat(async (round) => change(round % 2 === 0 ? 'paused' : 'active')),
  ]);
  const refused = refusals.flat();
  expect(refused.filter((code) => !EXPECTED.has(code))).toEqual([]);
  expect(brokenInvariants(await booksOf(ledger, one))).toEqual([]);
  expect(await brokenSecrets(ledger, one)).toEqual([]);

  // And when it is quiet again: nothing of another folder is left to do, and one start makes it whole.
  await edit(integrations, one, { bucket: newBucket(), inputPrefix: 'in/deep/' }, true);
  expect(await brokenSecrets(ledger, one)).toEqual([]);
  const pending = (await objectsOf(ledger, one)).filter(({ due_at }) => due_at !== null);
  expect(pending.filter(({ key }) => !key.startsWith('in/deep/'))).toEqual([]);
  expect(pending.filter(({ state }) => state === 'processing' || state === 'staged')).toEqual([]);
  await pass(integrations, one);
  expect(await start(one)).toBeNull();

  // Deleted in the midst of work, it leaves no secret, no rotation and nothing to do.
  const [deleted] = await Promise.all([
    tenant.owner.client.rpc('delete_s3_integration', { p_integration_id: integrationId }),
    repeat(() => pass(integrations, one)),
    repeat(() => edit(integrations, one, { inputPrefix: 'in/' })),
    repeat(() => mustStart(one, withOverride)),
    repeat(() => tell(ledger, one, [told('in/deep/0.pdf', 'late')])),
    repeat(async () => {
      const { version, configuration } = await credentials.begin(actor, integrationId);
      await credentials.stage(actor, integrationId, sealedAs(version), 'NEWK', 24, configuration);
    }),
  ]);
  expect(deleted.error).toBeNull();
  while ((await ledger.housekeeping.settleDeletedIntegrations(1000)) > 0);
  expect((await objectsOf(ledger, one)).filter(({ due_at }) => due_at !== null)).toEqual([]);
  expect(await brokenSecrets(ledger, one)).toEqual([]);
  expect(
    await ledger.rows(
      `select 1 from private.sealed_secrets where record_id = $1
       union all select 1 from public.s3_credential_rotations where integration_id = $1 and ended_at is null`,
      [integrationId],
    ),
  ).toEqual([]);
  expect(brokenInvariants(await booksOf(ledger, one))).toEqual([]);
}, 120_000);
