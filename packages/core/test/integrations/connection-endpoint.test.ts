import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { startFakeS3 } from '@sluice/testkit/fake-s3';
import { describe, expect, it } from 'vitest';
import { problems, summary, testConnection } from '../support/connection-world.ts';

/** Of this test alone: nobody trusts it. */
const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBm9UBxDlWcmP8Eck
UbN27w44dzcs2dIT0BqY3v/BqcqhRANCAAStoCJRdNi5mgBAP4MRvVjvlff3dSIV
bJ7LznI3lWmnO9jFS5vPgNpH5v7EoNbvBIm9BfgXHG8LEWQ6UB0rnK4/
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBfjCCASWgAwIBAgIUaBebrUCFX1eFNXnjgMTZK1OLynkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTExNTQ1MloYDzIxMjYxMDI4
MTE1NDUyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAStoCJRdNi5mgBAP4MRvVjvlff3dSIVbJ7LznI3lWmnO9jFS5vPgNpH
5v7EoNbvBIm9BfgXHG8LEWQ6UB0rnK4/o1MwUTAdBgNVHQ4EFgQUO+ubrcrz1+Ew
qwKQgotXCD2peoswHwYDVR0jBBgwFoAUO+ubrcrz1+EwqwKQgotXCD2peoswDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBqssVm29AgFel6+rEgiO3K
pEQ4ZkX5dl/BapqpSP0WPgIge6PcdqyDgY5t61nOO87kZabup8nefy/hE7VNO/E7
ziw=
-----END CERTIFICATE-----`,
};

const coded = (code: string): Error => Object.assign(new TypeError('fetch failed'), { cause: { code } });

describe('a connection test of an endpoint', () => {
  it('tells a certificate nobody vouches for from a server that is not there', async () => {
    const server = createServer(SELF_SIGNED, (_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { test } = await testConnection({ endpoint: `https://127.0.0.1:${port}` });
    server.close();
    expect(summary(test)[0]).toBe('endpoint failed tls_failed');
    expect(test.checks[0]?.message).toContain('self-signed');
    expect(test.checks[0]?.remedy).toContain('certificate');
  });

  it('tells https where only http is spoken', async () => {
    const fake = await startFakeS3({ buckets: ['bucket'] });
    const { test } = await testConnection({ endpoint: fake.endpoint.replace('http:', 'https:') });
    await fake.stop();
    expect(summary(test)[0]).toBe('endpoint failed tls_failed');
    expect(test.checks[0]?.message).toContain('does not speak TLS');
  });

  it('says that nobody is there', async () => {
    const fake = await startFakeS3({ buckets: ['bucket'] });
    await fake.stop();
    const { test } = await testConnection(fake);
    expect(summary(test)[0]).toBe('endpoint failed endpoint_unreachable');
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'tls_failed', 'expired'],
    ['CERT_NOT_YET_VALID', 'tls_failed', 'not valid yet'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_failed', 'another name'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_failed', 'not trusted'],
    ['ENOTFOUND', 'endpoint_unreachable', 'does not exist'],
    ['ETIMEDOUT', 'endpoint_unreachable', 'timed out'],
  ])('says in words what %s means', async (code, told, words) => {
    const { test } = await testConnection(
      { endpoint: 'https://s3.example.com' },
      { client: { egress: { mode: 'strict', fetch: async () => Promise.reject(coded(code)) } } },
    );
    expect(summary(test)[0]).toBe(`endpoint failed ${told}`);
    expect(test.checks[0]?.message).toContain(words);
  });

  it('names the addressing style that answers, when the other one does not', async () => {
    const fake = await startFakeS3({ buckets: ['bucket'] });
    const endpoint = fake.endpoint.replace('127.0.0.1', 'localhost');
    const { test } = await testConnection(fake, {
      integration: { addressingStyle: 'virtual' },
      client: { provider: { provider: 'generic', endpoint, addressing: 'virtual_host' } },
    });
    await fake.stop();
    expect(problems(test)).toEqual(['addressing failed endpoint_unreachable']);
    const check = test.checks.find(({ name }) => name === 'addressing');
    expect(check?.message).toContain('With the bucket in the path it answers');
    expect(check?.remedy).toContain('"path"');
  });

  it('says what workerd lets one know', async () => {
    const { test } = await testConnection(
      { endpoint: 'https://s3.example.com' },
      {
        client: {
          egress: {
            mode: 'strict',
            fetch: async () => Promise.reject(new Error('internal error; reference = abc')),
          },
        },
      },
    );
    expect(test.checks[0]).toMatchObject({ code: 'endpoint_unreachable' });
    expect(test.checks[0]?.message).toContain('certificate');
    expect(test.checks[0]?.message).not.toContain('reference');
  });
});
