import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startTemporaryStack } from '../src/index.ts';
import { FIXTURE_MIGRATIONS, kill9 } from './support.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startTemporaryStack({ workers: false, migrationsDir: FIXTURE_MIGRATIONS });
}, 60_000);
afterAll(() => stack?.stop());

function s3(secretAccessKey = stack.s3.secretAccessKey): AwsClient {
  const { accessKeyId, region } = stack.s3;
  return new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
}

describe("the customers' buckets", () => {
  test('take, give and list objects over S3, and hold them apart', async () => {
    const url = `${stack.s3.endpoint}/acme-documents/in/a%20b%2Bc.txt`;
    expect((await s3().fetch(url, { method: 'PUT', body: 'hello' })).status).toBe(200);
    expect(await (await s3().fetch(url)).text()).toBe('hello');
    const listed = await (
      await s3().fetch(`${stack.s3.endpoint}/acme-documents?list-type=2&prefix=in/`)
    ).text();
    expect(listed).toContain('<Key>in/a b+c.txt</Key>');
    const other = await (await s3().fetch(`${stack.s3.endpoint}/globex-archive?list-type=2`)).text();
    expect(other).not.toContain('<Key>');
  });

  test('refuse a wrong secret, an unsigned request and a bucket that is not there', async () => {
    const url = `${stack.s3.endpoint}/acme-documents?list-type=2`;
    expect((await s3('wrong').fetch(url)).status).toBe(403);
    expect((await fetch(url)).ok).toBe(false); // 400 here, 403 at AWS
    expect((await s3().fetch(`${stack.s3.endpoint}/not-there?list-type=2`)).status).toBe(404);
  });

  test('come back by themselves, with their objects, when their workerd dies; the rest does not notice', async () => {
    const url = `${stack.s3.endpoint}/test-00/kept.txt`;
    await s3().fetch(url, { method: 'PUT', body: 'kept' });
    const { bucketsWorkerd } = stack.pids();
    kill9(bucketsWorkerd ?? 0);
    const read = async (): Promise<string> => (await s3().fetch(url)).text();
    await expect.poll(() => read().catch(() => 'down'), { timeout: 10_000 }).toBe('kept');
    expect(stack.pids()['bucketsWorkerd']).not.toBe(bucketsWorkerd);
    expect((await stack.sql.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  }, 30_000);
});
