import { createHash, randomUUID } from 'node:crypto';
import { type Bucket, type Clock, testS3Connection, type Wait } from '@sluice/core';
import { openBucket, PATIENCE, type S3Client, type S3Options } from '@sluice/s3';
import { asSluiceError, type ConnectionCheck, type ErrorCode, SluiceError } from '@sluice/shared';
import { FAKE_IDENTITY } from '../fake-s3/index.ts';
import { STEPS, type Step } from './lie.ts';

export const BUCKET = 'bucket';
const DOCUMENT = 'in/folder/report.pdf';
const OTHER = 'in/other.pdf';
/** What the bucket holds when it is honest. */
export const CONTENTS: Readonly<Record<string, string>> = {
  [DOCUMENT]: `%PDF-1.7 ${'one document '.repeat(20)}`,
  [OTHER]: `%PDF-1.7 ${'another '.repeat(20)}`,
};

const ETAG = createHash('md5')
  .update(CONTENTS[DOCUMENT] ?? '')
  .digest('hex');

/** How one step, or the test, ended. */
interface StepEnd {
  readonly step: Step;
  readonly code: ErrorCode | null;
  /** All that a customer, or a log, could be shown of it. */
  readonly said: string;
  readonly ms: number;
}
export interface WorkEnd {
  readonly steps: readonly StepEnd[];
  readonly checks: readonly ConnectionCheck[];
  readonly testMs: number;
}

export interface Patience {
  /** What the engine has. Otherwise it waits less between attempts, and a busy machine has longer for the connection test. */
  readonly isReal: boolean;
  /** What is waited for until it ends, and may end sooner than it would. */
  readonly short: readonly (Step | 'test')[];
}

const SHORT = {
  egress: { headersTimeoutMs: 400, totalTimeoutMs: 800 },
  retry: { maxAttempts: 2, baseDelayMs: 10 },
} as const;

const optionsOf = (endpoint: string, { isReal, short }: Patience, what: Step | 'test'): S3Options => {
  const purpose = isReal && what === 'test' ? 'test' : 'work';
  const { egress, retry } = short.includes(what) ? SHORT : PATIENCE[purpose];
  return {
    provider: { provider: 'generic', endpoint },
    bucket: BUCKET,
    credentials: FAKE_IDENTITY,
    egress: { mode: 'allow-loopback', ...egress },
    retry: isReal ? retry : { ...retry, baseDelayMs: 10 },
  };
};

const MAX_READ_BYTES = 4 * 1024 * 1024;

const readAll = async (body: ReadableStream<Uint8Array>): Promise<void> => {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_READ_BYTES)
      throw new SluiceError('upstream_invalid', { detail: 'The document does not end.' });
  }
};

const bytes = new TextEncoder().encode('a result');
const result = (key: string) => ({ key, sizeBytes: bytes.byteLength, contentType: 'text/plain' });

const WORK: Readonly<Record<Step, (client: S3Client) => Promise<unknown>>> = {
  list: async (client) => {
    for await (const page of client.listAll({ prefix: 'in/' })) void page;
  },
  head: async (client) => client.head(DOCUMENT),
  get: async (client) => {
    const { body } = await client.get(DOCUMENT, { ifMatch: ETAG });
    await readAll(body);
  },
  range: async (client) =>
    readAll((await client.get(DOCUMENT, { range: { startByte: 0, endByte: 9 } })).body),
  link: async (client) => client.probes.readByLink(DOCUMENT, AbortSignal.timeout(60_000)),
  put: async (client) => client.put({ ...result('out/put.txt'), body: bytes }),
  stream: async (client) =>
    client.put({ ...result(`out/${randomUUID()}.txt`), body: new Blob([bytes]).stream(), ifAbsent: true }),
  copy: async (client) => client.copy({ sourceKey: OTHER, key: 'out/copy.txt' }),
  multipart: async (client) => {
    const upload = { key: 'out/parts.txt', uploadId: '' };
    upload.uploadId = await client.createMultipart({ key: upload.key, contentType: 'text/plain' });
    const part = await client.uploadPart(upload, 1, bytes);
    await client.completeMultipart(upload, [part]);
  },
  delete: async (client) => client.delete('out/put.txt'),
  deleteMany: async (client) => {
    const { failed } = await client.deleteMany(['out/copy.txt']);
    if (failed[0] !== undefined) throw failed[0].error;
  },
};

/** Everything of an error that could end somewhere. */
const everythingOf = (error: SluiceError): string =>
  [
    error.stack,
    error.detail,
    error.providerCode,
    error.entry.remedy,
    String(error.cause),
    JSON.stringify(error),
  ].join('\n');

const attempt = async (client: S3Client, step: Step): Promise<StepEnd> => {
  const startedAt = performance.now();
  const ms = () => Math.round(performance.now() - startedAt);
  try {
    await WORK[step](client);
    return { step, code: null, said: '', ms: ms() };
  } catch (thrown) {
    // A body that breaks off while it is read is told in the runtime's own words: whoever reads it translates them.
    const error = thrown instanceof SluiceError ? thrown : translateOfBody(thrown);
    return { step, code: error.code, said: everythingOf(error), ms: ms() };
  }
};

const translateOfBody = (thrown: unknown): SluiceError =>
  thrown instanceof Error && thrown.name === 'TimeoutError'
    ? new SluiceError('upstream_timeout')
    : thrown instanceof TypeError
      ? new SluiceError('endpoint_unreachable')
      : asSluiceError(thrown);

/** How fast time passes for the connection test. */
const paceOf = ({ isReal, short }: Patience): number => (short.includes('test') ? 10 : isReal ? 1 : 0.25);

const timeAt = (pace: number): { clock: Clock; wait: Wait } => ({
  clock: { now: () => Date.now() * pace },
  wait: async (delayMs, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs / pace);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
});

/** Does everything a client does with the bucket, and tests the connection. Never throws. */
export const workWith = async (endpoint: string, patience: Patience): Promise<WorkEnd> => {
  const steps: StepEnd[] = [];
  for (const step of STEPS) {
    // A client each: what one learnt of the clock or the connection is not the next one's.
    steps.push(await attempt(openBucket(optionsOf(endpoint, patience, step)), step));
  }
  const startedAt = performance.now();
  const { checks } = await testS3Connection(
    {
      actorId: randomUUID(),
      integrations: {
        getWithSecrets: async () => ({ integration: integrationOf(endpoint), sealed: {}, configuration: '' }),
        recordConnectionTest: async () => undefined,
      },
      openBucket: async (): Promise<Bucket> => openBucket(optionsOf(endpoint, patience, 'test')),
      newId: () => randomUUID(),
      ...timeAt(paceOf(patience)),
    },
    'integration',
  );
  return { steps, checks, testMs: Math.round(performance.now() - startedAt) };
};

const integrationOf = (endpoint: string) =>
  ({
    id: randomUUID(),
    tenantId: randomUUID(),
    name: 'hostile',
    provider: 'generic',
    status: 'active',
    bucket: BUCKET,
    region: 'us-east-1',
    endpoint,
    addressingStyle: 'path',
    roleArn: null,
    externalId: null,
    inputPrefix: 'in/',
    outputPrefix: 'out/',
    overwritePolicy: 'reprocess',
    language: null,
    startFrom: null,
  }) as const;
