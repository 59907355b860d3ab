import { AwsClient } from 'aws4fetch';
import { expect, onTestFinished, test } from 'vitest';
import { startFakeKms } from '../../src/fake-kms/index.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const CONTEXT = { tenant: 'a', record: 'b' };

const start = async () => {
  const fake = await startFakeKms();
  onTestFinished(() => fake.close());
  const aws = new AwsClient({ ...fake.identity, service: 'kms', region: fake.region, retries: 0 });
  const call = async (
    action: string,
    input: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await aws.fetch(fake.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${action}` },
      body: JSON.stringify(input),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { fake, aws, call, key: fake.keys.createKey() };
};

test('gives back what it encrypted, under the same context in any order', async () => {
  const { call, key } = await start();
  const made = await call('Encrypt', { KeyId: key, Plaintext: base64('x'), EncryptionContext: CONTEXT });
  const opened = await call('Decrypt', {
    CiphertextBlob: made.body['CiphertextBlob'],
    EncryptionContext: { record: 'b', tenant: 'a' },
  });
  expect(opened.body).toMatchObject({ KeyId: key, Plaintext: base64('x') });
});

test.each([
  ['another value', { ...CONTEXT, record: 'c' }],
  ['a pair less', { tenant: 'a' }],
  ['a pair more', { ...CONTEXT, field: 'x' }],
  ['no context', undefined],
])('answers InvalidCiphertextException to %s', async (_what, context) => {
  const { call, key } = await start();
  const made = await call('Encrypt', { KeyId: key, Plaintext: base64('x'), EncryptionContext: CONTEXT });
  const answer = await call('Decrypt', {
    CiphertextBlob: made.body['CiphertextBlob'],
    EncryptionContext: context,
  });
  expect(answer).toMatchObject({ status: 400, body: { __type: 'InvalidCiphertextException' } });
});

test('a generated data key is the one in its ciphertext', async () => {
  const { call, key } = await start();
  const made = await call('GenerateDataKey', { KeyId: key, KeySpec: 'AES_256', EncryptionContext: CONTEXT });
  expect(Buffer.from(String(made.body['Plaintext']), 'base64')).toHaveLength(32);
  const opened = await call('Decrypt', {
    CiphertextBlob: made.body['CiphertextBlob'],
    EncryptionContext: CONTEXT,
  });
  expect(opened.body['Plaintext']).toBe(made.body['Plaintext']);
});

test('re-encrypts to another key and context', async () => {
  const { fake, call, key } = await start();
  const other = fake.keys.createKey();
  const made = await call('Encrypt', { KeyId: key, Plaintext: base64('x'), EncryptionContext: CONTEXT });
  const moved = await call('ReEncrypt', {
    CiphertextBlob: made.body['CiphertextBlob'],
    SourceEncryptionContext: CONTEXT,
    DestinationKeyId: other,
    DestinationEncryptionContext: { tenant: 'z' },
  });
  expect(moved.body).toMatchObject({ SourceKeyId: key, KeyId: other });
  const opened = await call('Decrypt', {
    CiphertextBlob: moved.body['CiphertextBlob'],
    KeyId: other,
    EncryptionContext: { tenant: 'z' },
  });
  expect(opened.body['Plaintext']).toBe(base64('x'));
});

test('rotation keeps the ARN and the old ciphertexts; an alias follows where it is pointed', async () => {
  const { fake, call, key } = await start();
  fake.keys.setAlias('alias/sluice', key);
  const made = await call('Encrypt', { KeyId: 'alias/sluice', Plaintext: base64('x') });
  expect(made.body['KeyId']).toBe(key);
  fake.keys.rotate(key);
  const again = await call('Encrypt', { KeyId: key, Plaintext: base64('x') });
  for (const one of [made, again]) {
    const opened = await call('Decrypt', { CiphertextBlob: one.body['CiphertextBlob'] });
    expect(opened.body['Plaintext']).toBe(base64('x'));
  }
  const other = fake.keys.createKey();
  fake.keys.setAlias('alias/sluice', other);
  const described = await call('DescribeKey', { KeyId: 'alias/sluice' });
  expect(described.body['KeyMetadata']).toMatchObject({ Arn: other, Enabled: true });
});

test('answers the errors of the service', async () => {
  const { fake, call, key } = await start();
  const made = await call('Encrypt', { KeyId: key, Plaintext: base64('x') });
  const ciphertext = made.body['CiphertextBlob'];
  const typeOf = async (action: string, input: unknown) => (await call(action, input)).body['__type'];
  expect(await typeOf('Encrypt', { KeyId: 'alias/none', Plaintext: base64('x') })).toBe('NotFoundException');
  expect(await typeOf('Encrypt', { KeyId: key, Plaintext: base64('x'.repeat(4097)) })).toBe(
    'ValidationException',
  );
  expect(await typeOf('Decrypt', { CiphertextBlob: base64('junk') })).toBe('InvalidCiphertextException');
  const other = fake.keys.createKey();
  expect(await typeOf('Decrypt', { CiphertextBlob: ciphertext, KeyId: other })).toBe('IncorrectKeyException');
  expect(await typeOf('Nothing', {})).toBe('UnknownOperationException');
  fake.keys.setEnabled(key, false);
  expect(await typeOf('Decrypt', { CiphertextBlob: ciphertext })).toBe('DisabledException');
  expect(await typeOf('Encrypt', { KeyId: key, Plaintext: base64('x') })).toBe('DisabledException');
  fake.deny('DescribeKey');
  expect(await typeOf('DescribeKey', { KeyId: key })).toBe('AccessDeniedException');
});

test('refuses what is not signed as it should be', async () => {
  const { fake, aws } = await start();
  const sign = (init: RequestInit = {}) =>
    aws.sign(fake.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'TrentService.DescribeKey' },
      body: '{}',
      ...init,
    });
  const typeOf = async (
    request: Request,
    change: { body?: string; headers?: Record<string, string> } = {},
  ) => {
    const headers = { ...Object.fromEntries(request.headers), ...change.headers };
    const response = await fetch(fake.url, { method: 'POST', headers, body: change.body ?? '{}' });
    return ((await response.json()) as Record<string, unknown>)['__type'];
  };
  expect(await typeOf(await sign())).toBe('NotFoundException');
  expect(await typeOf(await sign(), { body: '{"a":1}' })).toBe('InvalidSignatureException');
  expect(await typeOf(await sign(), { headers: { 'x-amz-target': 'TrentService.Decrypt' } })).toBe(
    'InvalidSignatureException',
  );
  expect(await typeOf(await sign(), { headers: { authorization: 'none' } })).toBe(
    'MissingAuthenticationTokenException',
  );
  const stale = await aws.sign(fake.url, {
    method: 'POST',
    headers: { 'x-amz-target': 'TrentService.DescribeKey' },
    body: '{}',
    aws: { datetime: '20200101T000000Z' },
  });
  expect(await typeOf(stale)).toBe('InvalidSignatureException');
  const elsewhere = new AwsClient({ ...fake.identity, service: 'kms', region: 'us-east-1', retries: 0 });
  const scoped = await elsewhere.sign(fake.url, {
    method: 'POST',
    headers: { 'x-amz-target': 'TrentService.DescribeKey' },
    body: '{}',
  });
  expect(await typeOf(scoped)).toBe('InvalidSignatureException');
});
