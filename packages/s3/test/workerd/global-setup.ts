import { FAKE_IDENTITY, faults, type Identity, startFakeS3 } from '@sluice/testkit/fake-s3';
import type { TestProject } from 'vitest/node';
import { type R2Local, startR2Local } from '../support/r2-local.ts';

interface Server {
  readonly endpoint: string;
  readonly identity: Identity;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Verifies signatures on its own. Keys that begin with `cut/`, `stall/` and `busy/` get these faults. */
    fakeS3: Server;
    r2Local: Server;
    /** As the fake received it: `<operation> <key> <content-length> <transfer-encoding> <payload hash>`, for PUTs. */
    putLogKey: string;
  }
}

const PUT_LOG_KEY = 'log/puts';

/** Servers for tests that run in workerd, which cannot start any. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const fake = await startFakeS3({ buckets: ['bucket'] });
  const r2: R2Local = await startR2Local('bucket');
  const bucket = fake.bucket('bucket');
  const payload = Buffer.alloc(200_000, 7);
  for (const key of ['cut/k', 'stall/k', 'whole/k']) bucket.put(key, payload, { 'content-type': 'a/b' }, 0);
  const zipped = await new Response(
    new Blob(['hello '.repeat(1000)]).stream().pipeThrough(new CompressionStream('gzip')),
  ).arrayBuffer();
  bucket.put('gz', Buffer.from(zipped), { 'content-encoding': 'gzip', 'content-type': 'text/plain' }, 0);
  fake.addFault(faults.only({ operation: 'GetObject', keyPrefix: 'cut/' }, faults.cutsBodyAfter(100_000)));
  fake.addFault(
    faults.only({ operation: 'GetObject', keyPrefix: 'stall/' }, faults.stallsBodyAfter(100_000)),
  );
  fake.addFault(faults.only({ keyPrefix: 'busy/' }, faults.slowsDown()));
  fake.addFault(faults.only({ keyPrefix: 'silent/' }, faults.waits(new Promise(() => undefined))));
  fake.addFault((request, proceed) => {
    if (request.key !== PUT_LOG_KEY) return proceed();
    const lines = fake.requests
      .filter((one) => one.operation === 'PutObject')
      .map(({ key, headers }) =>
        [
          key,
          headers['content-length'],
          headers['transfer-encoding'],
          headers['x-amz-content-sha256'],
          headers['cache-control'],
        ].join(' '),
      );
    return { status: 200, headers: { etag: '"log"' }, body: Buffer.from(lines.join('\n')) };
  });
  project.provide('fakeS3', { endpoint: fake.endpoint, identity: FAKE_IDENTITY });
  project.provide('r2Local', { endpoint: r2.endpoint, identity: r2.credentials });
  project.provide('putLogKey', PUT_LOG_KEY);
  return async () => {
    await fake.stop();
    await r2.stop();
  };
}
