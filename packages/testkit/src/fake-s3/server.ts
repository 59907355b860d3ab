import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, emptyAnswer, errorAnswer, type FakeRequest } from './answer.ts';
import type { Fault } from './faults.ts';
import { listObjects } from './listing.ts';
import { FakeMultipart } from './multipart.ts';
import { copyObject, deleteObjects, putObject, readObject } from './objects.ts';
import { type Identity, SignatureProblem, verifySignature } from './sigv4.ts';
import { FakeBucket } from './store.ts';
import { assumeRole, type FakeRole } from './sts.ts';

export interface FakeS3Options {
  readonly buckets?: readonly string[];
  readonly identities?: readonly Identity[];
  /** Requests signed for another are refused as AWS does. Null: any (Ceph, R2). Default `us-east-1`. */
  readonly region?: string | null;
  readonly roles?: readonly FakeRole[];
  /** Of the server's clock. Default `Date.now`. */
  readonly clock?: () => number;
  /** Added to every LIST answer, for benchmarks. */
  readonly listLatencyMs?: number;
  /** Of a PUT, in lower case: not known, and nothing is said of it. */
  readonly ignoredHeaders?: readonly string[];
  /** False: do not verify signatures, for benchmarks. */
  readonly verify?: boolean;
}

/** A key pair that the fake knows when none is given. */
export const FAKE_IDENTITY: Identity = {
  accessKeyId: 'AKIAFAKEFAKEFAKE0001',
  secretAccessKey: 'fakeSecret/With+Odd=Characters0000000001',
};

export interface FakeS3 {
  /** `http://127.0.0.1:port`: S3 in path style, and STS at `/`. */
  readonly endpoint: string;
  readonly requests: readonly FakeRequest[];
  bucket(name: string): FakeBucket;
  readonly multipart: FakeMultipart;
  /** Faults apply in the order added, each around the next. */
  addFault(fault: Fault): void;
  clearFaults(): void;
  clearRequests(): void;
  stop(): Promise<void>;
}

const OPERATIONS: readonly [
  string,
  (method: string, query: ReadonlyMap<string, string>, headers: FakeRequest['headers']) => boolean,
][] = [
  ['DeleteObjects', (method, query) => method === 'POST' && query.has('delete')],
  ['CreateMultipartUpload', (method, query) => method === 'POST' && query.has('uploads')],
  ['CompleteMultipartUpload', (method, query) => method === 'POST' && query.has('uploadId')],
  ['UploadPart', (method, query) => method === 'PUT' && query.has('uploadId')],
  ['AbortMultipartUpload', (method, query) => method === 'DELETE' && query.has('uploadId')],
  ['GetBucketPolicy', (method, query) => method === 'GET' && query.has('policy')],
  ['CopyObject', (method, _, headers) => method === 'PUT' && headers['x-amz-copy-source'] !== undefined],
];

const operationOf = (
  method: string,
  key: string,
  query: ReadonlyMap<string, string>,
  headers: FakeRequest['headers'],
): string => {
  const special = OPERATIONS.find(([, matches]) => matches(method, query, headers))?.[0];
  if (special !== undefined) return special;
  const verb = { GET: 'Get', HEAD: 'Head', PUT: 'Put', DELETE: 'Delete' }[method] ?? method;
  if (key !== '') return `${verb}Object`;
  if (method === 'GET') return 'ListObjectsV2';
  return method === 'PUT' ? 'CreateBucket' : `${verb}Bucket`;
};

const parse = (message: IncomingMessage, body: Buffer): FakeRequest => {
  const target = message.url ?? '/';
  const [path = '/', search = ''] = target.split('?', 2);
  const query = new Map(
    (search === '' ? [] : search.split('&')).map((pair): [string, string] => {
      const [name = '', value = ''] = pair.split('=', 2);
      return [decodeURIComponent(name), decodeURIComponent(value)];
    }),
  );
  const [, bucket = '', rest = ''] = /^\/([^/]*)(?:\/(.*))?$/s.exec(path) ?? [];
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers))
    headers[name] = Array.isArray(value) ? value.join(',') : (value ?? '');
  const method = message.method ?? 'GET';
  const key = decodeURIComponent(rest);
  return {
    method,
    target,
    headers,
    body,
    bucket,
    key,
    query,
    operation: operationOf(method, key, query, headers),
  };
};

const readBody = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const send = (response: ServerResponse, answer: Answer, head: boolean): void => {
  const { cutAfterBytes, stallAfterBytes, body, raw } = answer;
  if (raw !== undefined) {
    if (response.socket !== null) raw(response.socket);
    return;
  }
  if (cutAfterBytes === -1) {
    response.destroy();
    return;
  }
  const bodiless = answer.status === 204 || answer.status === 304;
  const length = bodiless ? {} : { 'content-length': answer.claimedBytes ?? body.byteLength };
  response.writeHead(answer.status, { ...length, ...answer.headers });
  if (head || bodiless) response.end();
  else if (cutAfterBytes !== undefined)
    response.write(body.subarray(0, cutAfterBytes), () => response.destroy());
  else if (stallAfterBytes !== undefined) response.write(body.subarray(0, stallAfterBytes));
  else response.end(body);
};

/** An S3 server in memory that does everything right unless told otherwise. Serves http on a free port of loopback. */
export const startFakeS3 = async (options: FakeS3Options = {}): Promise<FakeS3> => {
  const clock = options.clock ?? Date.now;
  const region = options.region === undefined ? 'us-east-1' : options.region;
  const identities: Identity[] = [...(options.identities ?? [FAKE_IDENTITY])];
  const buckets = new Map((options.buckets ?? []).map((name) => [name, new FakeBucket()]));
  const multipart = new FakeMultipart();
  const requests: FakeRequest[] = [];
  let faults: Fault[] = [];

  const authenticate = (request: FakeRequest): Identity => {
    const service = request.bucket === '' ? 'sts' : 's3';
    return verifySignature(request, identities, { service, region, nowMs: clock() }).identity;
  };

  const serve = (request: FakeRequest): Answer => {
    if (options.verify !== false || request.bucket === '') {
      try {
        const caller = authenticate(request);
        if (request.bucket === '') {
          const form = new URLSearchParams(request.body.toString('utf8'));
          return assumeRole(form, caller, options.roles ?? [], clock(), (session) =>
            identities.push(session),
          );
        }
      } catch (error) {
        if (error instanceof SignatureProblem)
          return errorAnswer(error.status, error.code, error.message, error.extra);
        throw error;
      }
    }
    if (request.operation === 'CreateBucket') {
      if (buckets.has(request.bucket)) return errorAnswer(409, 'BucketAlreadyOwnedByYou');
      buckets.set(request.bucket, new FakeBucket());
      return emptyAnswer(200);
    }
    const bucket = buckets.get(request.bucket);
    if (bucket === undefined) return errorAnswer(404, 'NoSuchBucket', 'The specified bucket does not exist');
    return serveBucket(bucket, request);
  };

  const knownOf = (headers: FakeRequest['headers']): FakeRequest['headers'] =>
    Object.fromEntries(
      Object.entries(headers).filter(([name]) => options.ignoredHeaders?.includes(name) !== true),
    );

  const serveBucket = (bucket: FakeBucket, request: FakeRequest): Answer => {
    switch (request.operation) {
      case 'HeadBucket':
        return emptyAnswer(200);
      case 'ListObjectsV2':
        return listObjects(bucket, request);
      case 'GetObject':
      case 'HeadObject':
        return readObject(bucket, request);
      case 'PutObject':
        return putObject(bucket, { ...request, headers: knownOf(request.headers) }, clock());
      case 'CopyObject':
        return copyObject(bucket, request, clock());
      case 'DeleteObject':
        bucket.delete(request.key);
        return emptyAnswer(204);
      case 'GetBucketPolicy':
        return errorAnswer(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist');
      case 'DeleteObjects':
        return deleteObjects(bucket, request, (key) => (key.startsWith('refused/') ? 'AccessDenied' : null));
      case 'CreateMultipartUpload':
        return multipart.create(request);
      case 'UploadPart':
        return multipart.uploadPart(request);
      case 'CompleteMultipartUpload':
        return multipart.complete(bucket, request, clock());
      case 'AbortMultipartUpload':
        return multipart.abort(request);
      default:
        return errorAnswer(405, 'MethodNotAllowed');
    }
  };

  const answer = async (request: FakeRequest): Promise<Answer> => {
    const chain = faults.reduceRight<() => Answer | Promise<Answer>>(
      // A fault's `proceed` is synchronous for the sake of simple faults; only the outermost may wait.
      (inner, fault) => () => fault(request, inner as () => Answer),
      () => serve(request),
    );
    return chain();
  };

  const server = createServer((message, response) => {
    const run = async (): Promise<void> => {
      const request = parse(message, await readBody(message));
      requests.push(request);
      const result = await answer(request);
      if (options.listLatencyMs !== undefined && request.operation === 'ListObjectsV2') {
        setTimeout(() => send(response, result, false), options.listLatencyMs);
      } else {
        send(response, result, request.method === 'HEAD');
      }
    };
    run().catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    multipart,
    bucket(name) {
      const bucket = buckets.get(name);
      if (bucket === undefined) throw new Error(`The fake has no bucket ${name}`);
      return bucket;
    },
    addFault: (fault) => {
      faults.push(fault);
    },
    clearFaults: () => {
      faults = [];
    },
    clearRequests: () => {
      requests.length = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
