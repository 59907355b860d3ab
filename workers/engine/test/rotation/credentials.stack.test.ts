import { at, call } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, faults } from '@sluice/testkit/fake-s3';
import { describe, expect, test } from 'vitest';
import { expectBooksToBalance, INPUT, isWrittenBack, newCustomer, OUTPUT, pdf } from '../support/customer.ts';
import { deleted, isSignedWith, newKey, onKey, outcomeOf, readCredentials, rotate } from '../support/keys.ts';

const OLD = FAKE_IDENTITY;

/** A connected bucket whose server knows the key in use and another. */
const withTwoKeys = async (context: Parameters<typeof newCustomer>[0]) => {
  const key = newKey();
  const customer = await newCustomer(context, { fake: { identities: [OLD, key] } });
  return { ...customer, key };
};

describe.concurrent('a rotation', () => {
  test('that passes its probe changes over from one call to the next, and tells when the old key is safe to delete', async (context) => {
    const { key, fake, bucket, ...customer } = await withTwoKeys(context);
    const rotated = await rotate(customer.id, customer.token, key);
    expect(outcomeOf(rotated), JSON.stringify(rotated)).toBe('swapped');
    expect(at(rotated, 'credentials')).toMatchObject({
      current: { version: 2, hint: key.accessKeyId.slice(-4), lastUsedAt: null },
      previous: { version: 1, hint: OLD.accessKeyId.slice(-4), safeToDelete: false },
      rotation: { state: 'overlapping', fromVersion: 1, toVersion: 2, keepOldFor: 24, reason: null },
    });
    fake.clearRequests();
    customer.put(`${INPUT}a.pdf`, pdf());
    await customer.poll();
    await customer.workUntil(`${INPUT}a.pdf`, isWrittenBack);
    expect(fake.requests.filter((request) => isSignedWith(OLD, request))).toEqual([]);
    expect(bucket.keys().filter((one) => one.startsWith(OUTPUT))).toHaveLength(2);

    const used = await customer.untilCredentials((seen) => at(seen, 'current.lastUsedAt') !== null);
    expect(at(used, 'previous')).toMatchObject({ safeToDelete: false, waitsFor: ['calls_in_flight'] });
    await customer.sql(
      `update public.s3_credential_rotations set in_flight_until = now() where integration_id = $1`,
    );
    expect(at(await readCredentials(customer.id, customer.token), 'previous')).toMatchObject({
      safeToDelete: true,
      waitsFor: [],
    });
    fake.addFault(deleted(OLD));
    customer.put(`${INPUT}b.pdf`, pdf('b'));
    await customer.poll();
    await customer.workUntil(`${INPUT}b.pdf`, isWrittenBack);
    const after = await readCredentials(customer.id, customer.token);
    expect(at(after, 'rotation.state')).toBe('overlapping');
    await expectBooksToBalance(customer);
  });

  test('whose probe fails changes nothing, and keeps nothing of what was entered', async (context) => {
    const { key, fake, ...customer } = await withTwoKeys(context);
    fake.addFault(onKey(key, faults.only({ operation: 'PutObject' }, faults.denies('s3:PutObject'))));
    const rotated = await rotate(customer.id, customer.token, key);
    expect(outcomeOf(rotated)).toBe('refused');
    expect(at(rotated, 'test.checks')).toContainEqual(
      expect.objectContaining({ name: 'write', outcome: 'failed', code: 'access_denied' }),
    );
    expect(at(rotated, 'credentials')).toMatchObject({
      current: { version: 1, hint: OLD.accessKeyId.slice(-4) },
      previous: null,
      rotation: { state: 'refused', toVersion: 2 },
    });
    expect(await customer.sealedVersions()).toEqual([1]);
    customer.put(`${INPUT}a.pdf`, pdf());
    await customer.poll();
    await customer.workUntil(`${INPUT}a.pdf`, isWrittenBack);
    expect(outcomeOf(await rotate(customer.id, customer.token, newKey()))).toBe('refused');
  });

  test('is rolled back when a permission is missing that only work shows; the object is written with the old key', async (context) => {
    const { key, fake, bucket, ...customer } = await withTwoKeys(context);
    // May write the probe, not below a sub-folder.
    fake.addFault(
      onKey(
        key,
        faults.only({ operation: 'PutObject', keyPrefix: `${OUTPUT}deep/` }, faults.denies('s3:PutObject')),
      ),
    );
    expect(outcomeOf(await rotate(customer.id, customer.token, key))).toBe('swapped');
    const names = Array.from({ length: 8 }, (_, n) => `${INPUT}deep/${n}.pdf`);
    for (const name of names) customer.put(name, pdf(name));
    await customer.poll();
    for (const name of names) await customer.workUntil(name, isWrittenBack);
    expect(bucket.keys().filter((one) => one.startsWith(`${OUTPUT}deep/`))).toHaveLength(16);
    expect(await customer.charges()).toBe(8);
    const after = await readCredentials(customer.id, customer.token);
    expect(after).toMatchObject({
      current: { version: 1, hint: OLD.accessKeyId.slice(-4) },
      previous: null,
      rotation: {
        state: 'rolled_back',
        toVersion: 2,
        reason: { code: 'access_denied', owner: 'customer_config', providerCode: 'AccessDenied' },
      },
    });
    expect(at(after, 'rotation.reason.detail')).toContain('s3:PutObject');
    expect(await customer.sealedVersions()).toEqual([1]);
    expect(await customer.logged('rotation_rolled_back')).toBe(1);
    await expectBooksToBalance(customer);
  });

  test.for([
    ['is deleted', (key: typeof OLD) => deleted(key), 'credentials_unknown'],
    [
      'may not list any more',
      (key: typeof OLD) =>
        onKey(key, faults.only({ operation: 'ListObjectsV2' }, faults.denies('s3:ListBucket'))),
      'access_denied',
    ],
    [
      'may not use the encryption key',
      (key: typeof OLD) => onKey(key, faults.only({ operation: 'HeadObject' }, faults.kmsDenies)),
      'encryption_denied',
    ],
    [
      'may not give out a document',
      (key: typeof OLD) => onKey(key, faults.only({ operation: 'GetObject' }, faults.denies('s3:GetObject'))),
      'access_denied',
    ],
  ] as const)('is rolled back when the new key %s', async ([, fault, code], context) => {
    const { key, fake, ...customer } = await withTwoKeys(context);
    expect(outcomeOf(await rotate(customer.id, customer.token, key))).toBe('swapped');
    fake.addFault(fault(key));
    customer.put(`${INPUT}a.pdf`, pdf());
    await customer.poll();
    await customer.workUntil(`${INPUT}a.pdf`, isWrittenBack);
    const after = await readCredentials(customer.id, customer.token);
    expect(at(after, 'rotation.state')).toBe('rolled_back');
    expect(at(after, 'current.version')).toBe(1);
    // By whichever call met it first.
    expect([code, 'access_denied']).toContain(at(after, 'rotation.reason.code'));
    expect(await customer.charges()).toBe(1);
  });

  test('stands when the old key is denied the same: it is not the new key’s fault', async (context) => {
    const { key, fake, ...customer } = await withTwoKeys(context);
    expect(outcomeOf(await rotate(customer.id, customer.token, key))).toBe('swapped');
    fake.addFault(
      faults.only({ operation: 'PutObject', keyPrefix: `${OUTPUT}locked/` }, faults.denies('s3:PutObject')),
    );
    customer.put(`${INPUT}locked/a.pdf`, pdf());
    await customer.poll();
    await customer.workUntil(`${INPUT}locked/a.pdf`, ({ reason }) => reason?.code === 'access_denied');
    expect(at(await readCredentials(customer.id, customer.token), 'rotation.state')).toBe('overlapping');
    fake.clearFaults();
    await customer.workUntil(`${INPUT}locked/a.pdf`, isWrittenBack);
  });

  test('that is finished has nothing to fall back to; one that is cancelled goes back', async (context) => {
    const { key, fake, ...customer } = await withTwoKeys(context);
    const path = `/api/integrations/s3/${customer.id}/credentials/rotation`;
    const { token } = customer;
    await rotate(customer.id, token, key);
    const cancelled = await call('POST', `${path}/cancel`, { token });
    expect(cancelled.status, cancelled.text).toBe(200);
    expect(cancelled.body).toMatchObject({ current: { version: 1 }, rotation: { state: 'cancelled' } });
    await rotate(customer.id, token, key);
    const second = await call('POST', path, { token, body: { credentials: key } });
    expect([second.status, at(second.body, 'code')]).toEqual([409, 'rotation_in_progress']);
    const finished = await call('POST', `${path}/finish`, { token });
    expect(finished.body).toMatchObject({
      current: { version: 3 },
      previous: { version: 1, keptUntil: null, safeToDelete: false },
      rotation: { state: 'finished' },
    });
    expect(at(finished.body, 'previous.destroyedAt')).not.toBeNull();
    expect(await customer.sealedVersions()).toEqual([3]);
    for (const end of ['finish', 'cancel']) {
      const again = await call('POST', `${path}/${end}`, { token });
      expect([again.status, at(again.body, 'code')]).toEqual([409, 'no_rotation']);
    }
    fake.addFault(deleted(key));
    const polled = await customer.poll();
    expect(at(polled, 'polling.lastError.code')).toBe('credentials_unknown');
  });

  test('that is asked for twice at once is done once', async (context) => {
    const { key, ...customer } = await withTwoKeys(context);
    const path = `/api/integrations/s3/${customer.id}/credentials/rotation`;
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        call('POST', path, { token: customer.token, body: { credentials: key } }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 409, 409, 409, 409, 409,
    ]);
    const refused = answers.filter(({ status }) => status === 409);
    expect(new Set(refused.map(({ body }) => at(body, 'code')))).toEqual(new Set(['rotation_in_progress']));
    expect(await customer.sealedVersions()).toHaveLength(2);
  });

  test('that was killed before its swap leaves nothing, and the next one goes ahead', async (context) => {
    const { key, ...customer } = await withTwoKeys(context);
    // As an engine leaves it that is killed while it probes. One statement: what nobody came back to is swept
    // at any moment, and half of this would be swept without the other.
    await customer.sql(
      `with staged as (
         insert into public.s3_secret_versions (integration_id, tenant_id, field, version, state, hint)
         select id, tenant_id, 'credentials', 2, 'staged', 'KILL' from public.s3_integrations where id = $1),
       sealed as (
         insert into private.sealed_secrets (tenant_id, record_type, record_id, field, version, format_version, key_id, kms_key_version, data_key_ciphertext, secret_ciphertext)
         select tenant_id, record_type, record_id, field, 2, format_version, key_id, kms_key_version, data_key_ciphertext, secret_ciphertext
         from private.sealed_secrets where record_id = $1)
       insert into public.s3_credential_rotations (tenant_id, integration_id, from_version, to_version, keep_old_hours, configuration, staged_at)
       select tenant_id, id, 1, 2, 24, 'x', now() - interval '3 minutes' from public.s3_integrations where id = $1`,
    );
    customer.put(`${INPUT}a.pdf`, pdf());
    await customer.poll();
    await customer.workUntil(`${INPUT}a.pdf`, isWrittenBack);
    await customer.untilCredentials((seen) => at(seen, 'rotation.state') === 'abandoned');
    expect(await customer.sealedVersions()).toEqual([1]);
    expect(outcomeOf(await rotate(customer.id, customer.token, key))).toBe('swapped');
  });

  test('enters the first credentials where an edit took the old ones', async (context) => {
    const { key, ...customer } = await withTwoKeys(context);
    await customer.sql(`delete from private.sealed_secrets where record_id = $1`);
    expect(at(await readCredentials(customer.id, customer.token), 'current')).toBeNull();
    const rotated = await rotate(customer.id, customer.token, key);
    expect(rotated).toMatchObject({
      outcome: 'swapped',
      credentials: {
        current: { version: 2 },
        previous: null,
        rotation: { state: 'finished', fromVersion: null },
      },
    });
    customer.put(`${INPUT}a.pdf`, pdf());
    await customer.poll();
    await customer.workUntil(`${INPUT}a.pdf`, isWrittenBack);
  });
});
