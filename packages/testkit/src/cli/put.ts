// npm run put -- FILE...: documents into the demo bucket, and what becomes of them.
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, type components, createApiClient, unwrap } from '@sluice/api-client';
import { apiUrlOf } from '../demo/accounts.ts';
import { openCustomerBucket } from '../demo/customer-bucket.ts';
import { callersDir, openDevSession, runCommand } from './dev-session.ts';

type S3Object = components['schemas']['S3Object'];

const PATIENCE_MS = 120_000;
const PENDING = new Set(['found', 'queued', 'processing', 'staged']);

await runCommand(async () => {
  const files = process.argv.slice(2);
  if (files.length === 0 || files.some((file) => file.startsWith('-'))) {
    process.stderr.write('Usage: npm run put -- FILE...\n');
    return 2;
  }
  const { stack, run, accessToken } = await openDevSession();
  const bucket = openCustomerBucket(stack.s3, run.bucket);
  const api = createApiClient({ baseUrl: apiUrlOf(stack), accessToken });
  let status = 0;
  for (const file of files) {
    const body = await readFile(resolve(callersDir(), file));
    const key = `${run.inputPrefix}${basename(file)}`;
    const writtenAtMs = Date.now();
    const { etag } = await bucket.put({
      key,
      body,
      sizeBytes: body.byteLength,
      contentType: 'application/pdf',
    });
    process.stdout.write(`${key} is in the bucket\n`);
    const object = await follow(api, run.integrationId, key, etag);
    if (object.state !== 'written_back') status = 1;
    process.stdout.write(`${discovery(object, writtenAtMs)}\n`);
    process.stdout.write(`${outcome(object)}\n`);
  }
  return status;
});

async function follow(api: ApiClient, integrationId: string, key: string, etag: string): Promise<S3Object> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { items } = await unwrap(
      api.GET('/api/integrations/s3/{id}/objects', {
        params: { path: { id: integrationId }, query: { limit: 200, prefix: key } },
      }),
    );
    const object = items.find((candidate) => candidate.key === key && candidate.etag === etag);
    if (object !== undefined && !PENDING.has(object.state)) return object;
    if (Date.now() > deadline) {
      const state = object === undefined ? 'not found yet' : object.state;
      throw new Error(`${key} is ${state} after ${PATIENCE_MS / 1000} s; npm start shows what becomes of it`);
    }
    await delay(300);
  }
}

function discovery({ foundBy, foundAt }: S3Object, writtenAtMs: number): string {
  const foundAtMs = Date.parse(foundAt);
  if (foundAtMs < writtenAtMs) return 'known before: nothing is done twice';
  const seconds = ((foundAtMs - writtenAtMs) / 1000).toFixed(1);
  return `found by ${foundBy === 'event' ? 'its event' : 'listing'} after ${seconds} s`;
}

function outcome({ key, state, reason, outputs, pages }: S3Object): string {
  if (state === 'written_back') {
    const keys = (outputs ?? []).map((output) => `  npm run get -- '${output.key.replaceAll("'", "'\\''")}'`);
    return [`written back, ${pages ?? 0} pages:`, ...keys].join('\n');
  }
  const why = reason === null ? '' : `: ${reason.title}. ${reason.remedy}`;
  return `${key} ${state}${why}`;
}
