import { inspect } from 'node:util';
import { SluiceError } from '@sluice/shared';
import { expect, test } from 'vitest';
import {
  combineWrappers,
  createAwsKmsWrapper,
  createLocalWrapper,
  createVault,
  newKeyring,
  type VaultFailure,
} from '../src/index.ts';
import { clientOf, startKms } from './kms-fixture.ts';

const REF = { tenantId: 'ten_1', recordId: 'int_1', field: 'credentials', version: 3 };

const failureOf = async (work: Promise<unknown>): Promise<SluiceError & { cause: VaultFailure }> => {
  const outcome = await work.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(SluiceError);
  return outcome as SluiceError & { cause: VaultFailure };
};

const start = async (options: Parameters<typeof startKms>[0] = {}) => {
  const kit = await startKms(options);
  const vault = createVault({ wrapper: createAwsKmsWrapper(kit) });
  return { ...kit, vault };
};

test('binds tenant, record, field and version as encryption context, on the way in and out', async () => {
  const { fake, keyArn, vault } = await start();
  await vault.open(await vault.seal('x', REF), REF);
  const context = { tenant: 'ten_1', record: 'int_1', field: 'credentials', version: '3' };
  expect(fake.calls.map(({ action, input }) => [action, input['KeyId'], input['EncryptionContext']])).toEqual(
    [
      ['Encrypt', keyArn, context],
      ['Decrypt', keyArn, context],
    ],
  );
});

test('KMS itself refuses another context, before our own check of it', async () => {
  const { fake, vault } = await start();
  const sealed = await vault.seal('x', REF);
  const error = await failureOf(vault.open(sealed, { ...REF, field: 'other' }));
  expect(error.cause.reason).toBe('not_authentic');
  expect(error.cause.message).toContain('InvalidCiphertextException');
  expect(fake.calls).toHaveLength(2);
});

test('asks KMS for every secret: no data key is kept', async () => {
  const { fake, vault } = await start();
  const sealed = await vault.seal('x', REF);
  await vault.open(sealed, REF);
  await vault.open(sealed, REF);
  expect(fake.calls.filter((call) => call.action === 'Decrypt')).toHaveLength(2);
  fake.deny('Decrypt');
  expect((await failureOf(vault.open(sealed, REF))).cause.message).toContain('AccessDeniedException');
});

test('a key that is disabled opens nothing until it is enabled again', async () => {
  const { fake, keyArn, vault } = await start();
  const sealed = await vault.seal('x', REF);
  fake.keys.setEnabled(keyArn, false);
  const opened = await failureOf(vault.open(sealed, REF));
  expect(opened).toMatchObject({ code: 'vault_unavailable', cause: { reason: 'kms_refused' } });
  const sealing = await failureOf(vault.seal('x', REF));
  expect(sealing).toMatchObject({ code: 'vault_unavailable', detail: 'the secret cannot be sealed' });
  fake.keys.setEnabled(keyArn, true);
  expect((await vault.open(sealed, REF)).reveal()).toBe('x');
});

test('a row cannot choose its key: only configured ones unwrap, and KMS is not even asked', async () => {
  const { fake, kms, vault } = await start();
  const theirs = fake.keys.createKey();
  const forged = await createVault({ wrapper: createAwsKmsWrapper({ kms, keyArn: theirs }) }).seal(
    'forged',
    REF,
  );
  const callsBefore = fake.calls.length;
  expect((await failureOf(vault.open(forged, REF))).cause.reason).toBe('unknown_key');
  expect(fake.calls).toHaveLength(callsBefore);
});

test('a former key still unwraps and no longer wraps', async () => {
  const { fake, kms, keyArn, vault } = await start();
  const old = await vault.seal('old', REF);
  const next = fake.keys.createKey();
  const after = createVault({ wrapper: createAwsKmsWrapper({ kms, keyArn: next, formerKeyArns: [keyArn] }) });
  expect((await after.open(old, REF)).reveal()).toBe('old');
  expect((await after.seal('new', REF)).keyId).toBe(next);
});

test('serves while secrets move from the local keyring to KMS and back', async () => {
  const { kms, keyArn } = await startKms();
  const local = createLocalWrapper(newKeyring());
  const remote = createAwsKmsWrapper({ kms, keyArn });
  const vault = createVault({ wrapper: combineWrappers(remote, local) });
  const old = await createVault({ wrapper: local }).seal({ a: 'b' }, REF);
  expect((await vault.open(old, REF)).reveal()).toEqual({ a: 'b' });
  const moved = { ...old, ...(await vault.reseal(old, REF)) };
  expect(moved).toMatchObject({ keyId: keyArn, kmsKeyVersion: 1 });
  const homeward = createVault({ wrapper: combineWrappers(local, remote) });
  const back = { ...moved, ...(await homeward.reseal(moved, REF)) };
  expect((await vault.open(back, REF)).reveal()).toEqual({ a: 'b' });
  const onlyLocal = createVault({ wrapper: combineWrappers(local) });
  expect((await failureOf(onlyLocal.open(moved, REF))).cause.reason).toBe('unknown_key');
});

test.each([
  ['an alias', 'alias/sluice'],
  ['an alias ARN', 'arn:aws:kms:eu-central-1:111122223333:alias/sluice'],
  ['a key id', '1234abcd-12ab-34cd-56ef-1234567890ab'],
  ['nothing', ''],
])('is not configured with %s', async (_what, keyArn) => {
  const { kms } = await startKms();
  expect(() => createAwsKmsWrapper({ kms, keyArn })).toThrow(
    expect.objectContaining({
      code: 'vault_unavailable',
      cause: expect.objectContaining({ reason: 'misconfigured' }),
    }),
  );
});

test('throttling and 5xx are tried again, three attempts in all', async () => {
  const { fake, vault } = await start();
  fake.trouble(
    { kind: 'error', type: 'ThrottlingException', status: 400 },
    { kind: 'error', type: 'KMSInternalException', status: 500 },
  );
  const sealed = await vault.seal('x', REF);
  expect(fake.calls).toHaveLength(3);
  const throttled = { kind: 'error', type: 'ThrottlingException', status: 400 } as const;
  fake.trouble(throttled, throttled, throttled);
  const error = await failureOf(vault.open(sealed, REF));
  expect(error.cause).toMatchObject({
    reason: 'kms_unavailable',
    message: expect.stringContaining('throttled'),
  });
  expect(fake.calls).toHaveLength(6);
  expect((await vault.open(sealed, REF)).reveal()).toBe('x');
});

test('a refusal is not tried again', async () => {
  const { fake, vault } = await start();
  fake.deny('Encrypt');
  await failureOf(vault.seal('x', REF));
  expect(fake.calls).toHaveLength(1);
});

test('a KMS that hangs is given up after the timeout', async () => {
  const { fake, vault } = await start({ timeoutMs: 150 });
  fake.trouble({ kind: 'hang' });
  const startedAtMs = performance.now();
  const error = await failureOf(vault.seal('x', REF));
  expect(performance.now() - startedAtMs).toBeLessThan(1500);
  expect(error.cause).toMatchObject({
    reason: 'kms_unavailable',
    message: expect.stringContaining('upstream_timeout'),
  });
});

test('a KMS that is not there, or answers nonsense, is unavailable', async () => {
  const { fake, keyArn, vault } = await start();
  const sealed = await vault.seal('x', REF);
  fake.trouble({ kind: 'not-json' }, { kind: 'truncate' }, { kind: 'error', type: 'Odd', status: 418 });
  for (const reason of ['kms_unavailable', 'kms_unavailable', 'kms_refused']) {
    expect((await failureOf(vault.open(sealed, REF))).cause.reason).toBe(reason);
  }
  const nobody = clientOf({ ...fake, url: 'http://127.0.0.1:1/' });
  const error = await failureOf(
    createVault({ wrapper: createAwsKmsWrapper({ kms: nobody, keyArn }) }).open(sealed, REF),
  );
  expect(error.cause.reason).toBe('kms_unavailable');
});

test.each([
  ['a wrong secret', { secretAccessKey: 'wrong' }, 'InvalidSignatureException'],
  ['an unknown key id', { accessKeyId: 'AKIAUNKNOWN' }, 'UnrecognizedClientException'],
  ['a session token nobody gave', { sessionToken: 'stale' }, 'UnrecognizedClientException'],
])('%s of our own is a refusal', async (_what, change, code) => {
  const { fake, keyArn } = await startKms();
  const kms = clientOf(fake, { credentials: { ...fake.identity, ...change } });
  const error = await failureOf(
    createVault({ wrapper: createAwsKmsWrapper({ kms, keyArn }) }).seal('x', REF),
  );
  expect(error.cause).toMatchObject({ reason: 'kms_refused', message: expect.stringContaining(code) });
});

test('the client passes on nothing of an answer it cannot read', async () => {
  const { fake, kms, keyArn } = await startKms();
  const plaintext = new TextEncoder().encode('hunter2-hunter2');
  const { ciphertext } = await kms.encrypt({ keyId: keyArn, plaintext, encryptionContext: {} });
  fake.trouble({ kind: 'truncate' }, { kind: 'error', type: 'AccessDeniedException', status: 400 });
  for (const code of ['upstream_invalid', 'encryption_denied']) {
    const work = kms.decrypt({ keyId: keyArn, ciphertext, encryptionContext: {} });
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    const text = inspect(error, { depth: 12, showHidden: true });
    expect(text).not.toContain(Buffer.from('hunter2-hunter2').toString('base64'));
    expect(text).not.toContain('arranged by the test');
  }
});

test('the client tells a health check whether the key is enabled', async () => {
  const { fake, kms, keyArn } = await startKms();
  expect(await kms.describeKey(keyArn)).toEqual({ keyId: keyArn, isEnabled: true });
  fake.keys.setEnabled(keyArn, false);
  expect(await kms.describeKey(keyArn)).toEqual({ keyId: keyArn, isEnabled: false });
});

test('no failure carries the plaintext, a data key, or our own credentials', async () => {
  const { fake, vault } = await start({ timeoutMs: 150 });
  const sealed = await vault.seal('hunter2', REF);
  const dataKey = String(fake.calls[0]?.input['Plaintext']);
  expect(Buffer.from(dataKey, 'base64')).toHaveLength(32);
  fake.trouble({ kind: 'truncate' }, { kind: 'hang' }, { kind: 'error', type: 'X', status: 400 });
  for (let count = 0; count < 3; count += 1) {
    const text = inspect(await failureOf(vault.open(sealed, REF)), { depth: 12, showHidden: true });
    for (const secret of ['hunter2', dataKey, fake.identity.secretAccessKey, fake.identity.accessKeyId]) {
      expect(text).not.toContain(secret);
    }
  }
});
