import { at, call, fieldsOf, genericBody, newTenant, stringAt } from '@sluice/testkit/api-client';
import { describe, expect, test } from 'vitest';

const ROUTE = '/api/integrations/s3';
type Tenant = Awaited<ReturnType<typeof newTenant>>;

const connect = (tenant: Tenant, changes: Readonly<Record<string, unknown>>) =>
  call('POST', ROUTE, { token: tenant.owner.accessToken, body: genericBody(tenant.id, changes) });

/** Connects, which must succeed, and disconnects when the test has made its point. */
const connected = async (tenant: Tenant, changes: Readonly<Record<string, unknown>>): Promise<string> => {
  const created = await connect(tenant, changes);
  expect(created.status, created.text).toBe(201);
  return stringAt(created.body, 'id');
};

const disconnect = async (tenant: Tenant, id: string): Promise<void> => {
  expect((await call('DELETE', `${ROUTE}/${id}`, { token: tenant.owner.accessToken })).status).toBe(204);
};

describe('an endpoint that may not be called', () => {
  test.each([
    ['http', 'http://s3.example.com'],
    ['a private address (10/8)', 'https://10.1.2.3'],
    ['a private address (172.16/12)', 'https://172.16.0.1:9000'],
    ['a private address (192.168/16)', 'https://192.168.1.10'],
    ['the metadata service', 'http://169.254.169.254'],
    ['the metadata service by https', 'https://169.254.169.254'],
    ['the metadata service by name', 'https://metadata.google.internal'],
    ['the metadata service by number', 'https://2852039166'],
    ['the metadata service in octal', 'https://0251.0376.0251.0376'],
    ['the metadata service in IPv6', 'https://[::ffff:169.254.169.254]'],
    ['the metadata service of IPv6', 'https://[fd00:ec2::254]'],
    ['a private address in IPv6', 'https://[fc00::1]'],
    ['a link-local address', 'https://[fe80::1]'],
    ['a mapped private address', 'https://[::ffff:10.0.0.1]'],
    ['nowhere', 'https://0.0.0.0'],
    ['an internal name', 'https://storage.internal'],
    ['a single label', 'https://minio'],
    ['a name in a local zone', 'https://nas.local'],
    ['a user name', 'https://user:hunter2-secret@s3.example.com'],
    ['a path', 'https://s3.example.com/bucket-secret/path'],
    ['a query', 'https://s3.example.com/?token=hunter2-secret'],
    ['a fragment', 'https://s3.example.com/#hunter2-secret'],
    ['no scheme', 's3.example.com'],
    ['another scheme', 'ftp://s3.example.com'],
    ['a script', 'javascript:alert(1)'],
    ['a file', 'file:///etc/passwd'],
    ['percent-encoding in the host', 'https://s3%2eexample.com'],
    ['look-alike letters', 'https://s3.еxample.com'],
    ['a well-known other service', 'https://s3.example.com:22'],
    ['a space', 'https://s3.example.com /x'],
    ['a backslash', 'https:\\\\s3.example.com'],
  ])('is refused when saved, with the way out: %s', async (_, endpoint) => {
    const tenant = await newTenant();
    const answer = await connect(tenant, { endpoint });
    expect(answer.status, answer.text).toBe(422);
    expect(answer.body).toMatchObject({ code: 'endpoint_refused', owner: 'customer_config' });
    expect(fieldsOf(answer)).toEqual(['endpoint']);
    expect(stringAt(answer.body, 'detail')).toMatch(/\. (Use|Enter|Write) /);
    // What was pasted along with it is not shown to whoever reads the message.
    expect(answer.text).not.toMatch(/hunter2|bucket-secret/);
    // Nothing was stored.
    const list = await call('GET', ROUTE, { token: tenant.owner.accessToken });
    expect(at(list.body, 'items')).toEqual([]);
  });
});

describe('prefixes that overlap', () => {
  test.each([
    ['the same', 'docs/', 'docs/'],
    ['the same but for the slash', 'docs', 'docs/'],
    ['results inside the input', 'docs/', 'docs/out/'],
    ['the input inside the results', 'docs/in/', 'docs/'],
    ['deeply', 'a/b/c/d/', 'a/'],
  ])('are refused: %s', async (_, inputPrefix, outputPrefix) => {
    const answer = await connect(await newTenant(), { inputPrefix, outputPrefix });
    expect(answer.status, answer.text).toBe(422);
    expect(answer.body).toMatchObject({ code: 'prefixes_overlap', owner: 'customer_config' });
    expect(fieldsOf(answer)).toEqual(['outputPrefix']);
  });

  test.each([
    ['folders that begin alike', 'docs/', 'docs-out/'],
    ['the whole bucket but for the results', '', 'out/'],
    ['folders side by side', 'a/in/', 'a/out/'],
    ['unicode that looks alike', 'é/', 'e\u0301/'],
  ])('are not seen where there are none: %s', async (_, inputPrefix, outputPrefix) => {
    const tenant = await newTenant();
    await disconnect(tenant, await connected(tenant, { inputPrefix, outputPrefix }));
  });

  test.each([
    ['results into the other’s input', { inputPrefix: 'b/', outputPrefix: 'a/in/out/' }],
    ['results over the other’s input', { inputPrefix: 'b/', outputPrefix: 'a/' }],
    ['documents from the other’s results', { inputPrefix: 'a/out/', outputPrefix: 'c/' }],
    ['documents from within the other’s results', { inputPrefix: 'a/out/sub/', outputPrefix: 'c/' }],
    ['documents from around the other’s results', { inputPrefix: 'a/', outputPrefix: 'c/' }],
    ['results into the other’s results', { inputPrefix: 'b/', outputPrefix: 'a/out/' }],
  ])('are refused across two integrations of a tenant: %s', async (_, prefixes) => {
    const tenant = await newTenant();
    const first = await connected(tenant, {
      name: 'The first',
      inputPrefix: 'a/in/',
      outputPrefix: 'a/out/',
    });
    const answer = await connect(tenant, prefixes);
    expect(answer.status, answer.text).toBe(422);
    expect(at(answer.body, 'code')).toBe('prefixes_overlap');
    // It says with which.
    expect(stringAt(answer.body, 'detail')).toContain('The first');
    // In another bucket, or once the first is gone, it is no overlap.
    await disconnect(tenant, await connected(tenant, { ...prefixes, bucket: 'another-bucket' }));
    await disconnect(tenant, first);
    await disconnect(tenant, await connected(tenant, prefixes));
  });
});

describe('one bucket and prefix', () => {
  test('is connected once per tenant, however often and however many ask at once', async () => {
    const tenant = await newTenant();
    const prefixes = { inputPrefix: 'in/', outputPrefix: 'out/' };
    const answers = await Promise.all(
      ['1', '2', '3', '4'].map((n) => connect(tenant, { ...prefixes, outputPrefix: `out-${n}/` })),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(answer.status, answer.text).toBe(409);
      expect(answer.body).toMatchObject({ code: 'integration_exists', owner: 'customer_config' });
    }
    await disconnect(tenant, stringAt(made[0]?.body, 'id'));
    await disconnect(tenant, await connected(tenant, prefixes));
  });

  test('spelled another way is the same one', async () => {
    const tenant = await newTenant();
    const first = await connected(tenant, {
      inputPrefix: 'in/',
      outputPrefix: 'out/',
      endpoint: 'https://s3.example.com',
    });
    for (const endpoint of [
      'https://s3.example.com/',
      'https://S3.EXAMPLE.com',
      'https://s3.example.com:443',
    ]) {
      const answer = await connect(tenant, { inputPrefix: 'in', outputPrefix: 'elsewhere/', endpoint });
      expect(answer.status, `${endpoint} ${answer.text}`).toBe(409);
    }
    await disconnect(tenant, first);
  });
});
