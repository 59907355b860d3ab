import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CredentialStore, type RotateCredentialsContext, rotateCredentials } from '@sluice/core';
import { createCredentialStore, createServiceClient } from '@sluice/db';
import { openBucket } from '@sluice/s3';
import { at, call, stringAt } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, type Identity } from '@sluice/testkit/fake-s3';
import { createLocalWrapper, createVault } from '@sluice/vault';
import { expect, inject, test } from 'vitest';
import { sealAs } from '../../src/secrets/sealing.ts';
import { INPUT, isWrittenBack, newCustomer, pdf } from '../support/customer.ts';
import { isSignedWith, newKey, outcomeOf, readCredentials, rotate } from '../support/keys.ts';

/**
 * A rotation whose engine is killed at each of its steps. It runs here, on the real database and a real bucket, with the stack's own
 * key, so that it can be stopped at exactly that step; everything after it is the stack's engine.
 */
const { dataDir, supabaseUrl, secretKey } = inject('stack');
const { vaultKeyring } = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8')) as {
  vaultKeyring: string;
};
const vault = createVault({ wrapper: createLocalWrapper(vaultKeyring) });
const store = createCredentialStore(createServiceClient(supabaseUrl, secretKey));

type Step = (
  context: RotateCredentialsContext,
  die: () => Promise<never>,
) => Partial<RotateCredentialsContext>;
const inStore = (change: (die: () => Promise<never>) => Partial<CredentialStore>): Step => {
  return ({ credentials }, die) => ({ credentials: { ...credentials, ...change(die) } });
};

/** Begins a rotation as the engine does, and returns when it has died; rejects when it came to its end. */
const rotateUntil = async (step: Step, id: string, actorId: string, key: Identity): Promise<void> => {
  const whole: RotateCredentialsContext = {
    actorId,
    credentials: store,
    seal: ({ id: recordId, tenantId }, version, credentials) =>
      sealAs(vault, credentials, { tenantId, recordId, field: 'credentials', version }),
    openBucket: async ({ integration: { endpoint, region, bucket } }) =>
      openBucket({
        provider: { provider: 'generic', endpoint, region, addressing: 'path' },
        bucket,
        credentials: key,
        egress: { mode: 'allow-loopback', ownZones: [] },
      }),
    principalArn: null,
    clock: { now: () => Date.now() },
    newId: () => crypto.randomUUID(),
    inFlightSeconds: 1_200,
  };
  await new Promise<void>((resolve, reject) => {
    const die = (): Promise<never> => {
      resolve();
      return new Promise(() => undefined);
    };
    rotateCredentials({ ...whole, ...step(whole, die) }, id, { credentials: key, keepOldFor: 24 }).then(
      ({ outcome }) => reject(new Error(`it was ${outcome}`)),
      reject,
    );
  });
};

/** A connected bucket whose server knows the key in use and another. */
const withTwoKeys = async (context: Parameters<typeof newCustomer>[0]) => {
  const key = newKey();
  const customer = await newCustomer(context, { fake: { identities: [FAKE_IDENTITY, key] } });
  const [owner] = (await customer.sql(
    `select m.user_id as id from public.tenant_members m join public.s3_integrations i using (tenant_id)
     where i.id = $1 and m.role = 'owner'`,
  )) as { id: string }[];
  return { customer, key, actorId: owner?.id ?? '' };
};

const works = async (customer: Awaited<ReturnType<typeof newCustomer>>, name: string): Promise<void> => {
  customer.put(`${INPUT}${name}.pdf`, pdf(name));
  await customer.poll();
  await customer.workUntil(`${INPUT}${name}.pdf`, isWrittenBack);
};

const refused = async (id: string, token: string, key: Identity): Promise<unknown> => {
  const path = `/api/integrations/s3/${id}/credentials/rotation`;
  const { status, body } = await call('POST', path, { token, body: { credentials: key } });
  return [status, at(body, 'code')];
};

test.concurrent.for([
  [
    'once its credentials are staged',
    inStore((die) => ({ stage: (...args) => store.stage(...args).then(die) })),
  ],
  // Who is dead looks at no clock either.
  ['while it probes', (_, die) => ({ openBucket: die, wait: () => new Promise(() => undefined) })],
  ['between its probe and its swap', inStore((die) => ({ swap: die }))],
] as [string, Step][])(
  'killed %s it leaves the old key at work, and another can be begun once nobody waits for it',
  async ([, step], context) => {
    const { customer, key, actorId } = await withTwoKeys(context);
    const { id, token, fake } = customer;
    await rotateUntil(step, id, actorId, key);
    expect(await readCredentials(id, token)).toMatchObject({
      current: { version: 1, hint: FAKE_IDENTITY.accessKeyId.slice(-4) },
      previous: null,
      rotation: { state: 'staged', fromVersion: 1, toVersion: 2 },
    });
    expect(await customer.sealedVersions()).toEqual([1, 2]);
    fake.clearRequests();
    await works(customer, 'a');
    expect(fake.requests.filter((request) => isSignedWith(key, request))).toEqual([]);
    expect(await refused(id, token, key)).toEqual([409, 'rotation_in_progress']);

    // As when the time of a probe has gone by.
    const [rotation] = (await customer.sql(
      `update public.s3_credential_rotations set staged_at = staged_at - interval '3 minutes' where integration_id = $1 returning id`,
    )) as { id: string }[];
    await customer.untilCredentials((seen) => at(seen, 'rotation.state') === 'abandoned');
    expect(await customer.sealedVersions()).toEqual([1]);
    // Whoever was thought dead and comes back changes nothing.
    const test = { outcome: 'passed' as const, testedAt: new Date().toISOString(), checks: [] };
    await expect(store.swap(actorId, rotation?.id ?? '', test, 1_200)).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(at(await readCredentials(id, token), 'current.version')).toBe(1);
    expect(outcomeOf(await rotate(id, token, key))).toBe('swapped');
    await works(customer, 'b');
  },
);

test('killed before it has staged anything it has left nothing', async (context) => {
  const { customer, key, actorId } = await withTwoKeys(context);
  const { id, token } = customer;
  await rotateUntil(
    inStore((die) => ({ stage: die })),
    id,
    actorId,
    key,
  );
  expect(await customer.sealedVersions()).toEqual([1]);
  expect(at(await readCredentials(id, token), 'rotation')).toBeNull();
  expect(outcomeOf(await rotate(id, token, key))).toBe('swapped');
});

test('killed once it has swapped, before it could say so, it has swapped', async (context) => {
  const { customer, key, actorId } = await withTwoKeys(context);
  const { id, token, fake } = customer;
  await rotateUntil(
    inStore((die) => ({ swap: (...args) => store.swap(...args).then(die) })),
    id,
    actorId,
    key,
  );
  const seen = await readCredentials(id, token);
  expect(seen).toMatchObject({
    current: { version: 2, hint: key.accessKeyId.slice(-4) },
    previous: { version: 1 },
    rotation: { state: 'overlapping' },
  });
  fake.clearRequests();
  await works(customer, 'a');
  expect(fake.requests.filter((request) => isSignedWith(FAKE_IDENTITY, request))).toEqual([]);
  // Asked for again, as a caller does who got no answer.
  expect(await refused(id, token, key)).toEqual([409, 'rotation_in_progress']);
  expect(stringAt(await readCredentials(id, token), 'current.hint')).toBe(key.accessKeyId.slice(-4));
});
