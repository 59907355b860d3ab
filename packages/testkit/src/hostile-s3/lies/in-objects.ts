import { emptyAnswer, errorAnswer, type Fault, faults, xmlAnswer } from '../../fake-s3/index.ts';
import type { Lie } from '../lie.ts';

const { only, answers, lateError, noMetadata } = faults;
const GET = { operation: 'GetObject' } as const;
const HEAD = { operation: 'HeadObject' } as const;

/** Changes the headers of what succeeds. */
const withHeaders =
  (change: (headers: Readonly<Record<string, string>>) => Record<string, string>): Fault =>
  (_, proceed) => {
    const answer = proceed();
    return answer.status < 300 ? { ...answer, headers: change(answer.headers) } : answer;
  };
const without = (headers: Readonly<Record<string, string>>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name));

const FOREIGN = '00000000-0000-4000-8000-000000000000';
/** In the words of a result of ours. */
const PROVENANCE = {
  'x-amz-meta-sluice-job-id': FOREIGN,
  'x-amz-meta-sluice-object-id': FOREIGN,
  'x-amz-meta-sluice-tenant-id': FOREIGN,
  'x-amz-meta-sluice-integration-id': FOREIGN,
  'x-amz-meta-sluice-source-etag': '0123456789abcdef0123456789abcdef',
};
const INPUT = 'in/';

/** Where a result is to go for the first time, there lies a file already, and this is what is said of it. */
const inTheWay = (headers: Readonly<Record<string, string>>): Fault => {
  const isTaken = new Set<string>();
  return (request, proceed) => {
    if (!/^out\/.*report\.pdf/.test(request.key)) return proceed();
    if (request.operation === 'PutObject' && request.headers['if-none-match'] !== undefined) {
      isTaken.add(request.key);
      return errorAnswer(412, 'PreconditionFailed');
    }
    if (request.operation !== 'HeadObject' || !isTaken.has(request.key)) return proceed();
    return emptyAnswer(200, {
      'content-length': '1000',
      etag: '"0123456789abcdef0123456789abcdef"',
      'last-modified': 'Fri, 20 Nov 2026 12:00:00 GMT',
      ...headers,
    });
  };
};
const IN_THE_WAY = {
  client: {},
  doctor: [],
  engine: { object: 'output_taken' },
  afterwards: 'a connection test',
} as const;

/** In what it says of an object, and of what becomes of it. */
export const objectLies: readonly Lie[] = [
  {
    name: 'a head with another ETag than the document',
    fault: () =>
      only(
        HEAD,
        withHeaders((headers) => ({ ...headers, etag: '"0123456789abcdef0123456789abcdef"' })),
      ),
    client: {},
    doctor: [],
    engine: { object: 'object_changed' },
  },
  {
    name: 'a document with another ETag than its head',
    fault: () =>
      only(
        GET,
        withHeaders((headers) => ({ ...headers, etag: '"0123456789abcdef0123456789abcdef"' })),
      ),
    client: { get: 'object_changed' },
    doctor: [],
    engine: { object: 'object_changed' },
  },
  {
    name: 'a document without an ETag',
    fault: () =>
      only(
        HEAD,
        withHeaders((headers) => without(headers, 'etag')),
      ),
    client: { head: 'upstream_invalid' },
    doctor: ['read upstream_invalid'],
    engine: { object: 'upstream_invalid' },
  },
  {
    name: 'a document of another size than it was listed with',
    fault: () =>
      only(GET, (_, proceed) => {
        const answer = proceed();
        return answer.status === 200
          ? { ...answer, body: Buffer.concat([answer.body, answer.body]) }
          : answer;
      }),
    client: {},
    doctor: [],
    engine: { object: 'object_changed' },
  },
  {
    name: 'a head with a size that is no number',
    fault: () =>
      only(
        HEAD,
        withHeaders((headers) => ({ ...headers, 'content-length': '-5' })),
      ),
    client: { head: 'endpoint_unreachable' },
    doctor: ['read endpoint_unreachable'],
    // workerd has the answer, without a size.
    engine: { object: 'upstream_invalid' },
  },
  {
    name: 'another document at every read',
    fault: () => {
      let reads = 0;
      return only(GET, (_, proceed) => {
        const answer = proceed();
        if (answer.status >= 300) return answer;
        reads += 1;
        return { ...answer, headers: { ...answer.headers, etag: `"${reads}"` } };
      });
    },
    client: { get: 'object_changed' },
    doctor: [],
    engine: { object: 'object_changed' },
  },
  {
    name: 'the whole document where a part was asked for',
    fault: () =>
      only(GET, (request, proceed) => {
        const answer = proceed();
        if (request.headers['range'] === undefined || answer.status !== 206) return answer;
        return { ...answer, status: 200, headers: without(answer.headers, 'content-range') };
      }),
    client: { range: 'upstream_invalid' },
    doctor: [],
    engine: 'works',
  },
  {
    name: 'another part than the one asked for',
    fault: () =>
      only(GET, (request, proceed) => {
        const answer = proceed();
        if (request.headers['range'] === undefined || answer.status !== 206) return answer;
        return { ...answer, headers: { ...answer.headers, 'content-range': 'bytes 20-29/8' } };
      }),
    client: { range: 'upstream_invalid' },
    doctor: [],
    engine: 'works',
  },
  {
    name: 'a write that is confirmed without an ETag',
    fault: () => only({ operation: 'PutObject' }, answers(emptyAnswer(200))),
    client: { put: 'upstream_invalid', stream: 'upstream_invalid' },
    doctor: ['write upstream_invalid'],
    engine: { object: 'upstream_invalid' },
  },
  {
    name: 'a write that is confirmed and not done',
    fault: () =>
      only(
        { operation: 'PutObject' },
        answers(emptyAnswer(200, { etag: '"0123456789abcdef0123456789abcdef"' })),
      ),
    // Only a look afterwards tells: whoever writes back takes it.
    client: {},
    doctor: ['read_back object_not_found', 'conditions conditions_not_kept'],
    engine: { object: 'upstream_invalid' },
  },
  {
    name: 'a write of which half is kept',
    fault: () =>
      only({ ...HEAD, keyPrefix: 'out/' }, (_, proceed) => {
        const answer = proceed();
        return { ...answer, claimedBytes: Math.floor(answer.body.byteLength / 2) };
      }),
    client: {},
    doctor: [],
    engine: { object: 'upstream_invalid' },
  },
  {
    name: 'a write whose metadata are not kept',
    fault: () => noMetadata,
    client: {},
    doctor: ['read_back metadata_not_kept'],
    engine: 'works',
  },
  {
    name: 'a document that says it is a result of ours',
    fault: () =>
      only(
        { operation: 'HeadObject', keyPrefix: INPUT },
        withHeaders((headers) => ({ ...headers, ...PROVENANCE })),
      ),
    client: {},
    doctor: [],
    engine: { object: 'own_output' },
    afterwards: 'a new version',
  },
  {
    name: 'a file like a result of ours, that does not say so, where ours is to go',
    fault: () => inTheWay({ 'content-type': 'application/pdf' }),
    ...IN_THE_WAY,
  },
  {
    name: 'a file where ours is to go that says it is a result for another tenant',
    fault: () => inTheWay({ 'content-type': 'application/pdf', ...PROVENANCE }),
    ...IN_THE_WAY,
  },
  {
    name: '200, and an error instead of a copy',
    fault: () => only({ operation: 'CopyObject' }, lateError('InternalError')),
    client: { copy: 'upstream_unavailable' },
    doctor: [],
    engine: 'works',
  },
  {
    name: '200, and an error instead of a completed upload',
    fault: () => only({ operation: 'CompleteMultipartUpload' }, lateError('InternalError')),
    client: { multipart: 'upstream_unavailable' },
    doctor: [],
    engine: 'works',
  },
  {
    name: 'an upload without its id',
    fault: () =>
      only(
        { operation: 'CreateMultipartUpload' },
        answers(xmlAnswer(200, '<InitiateMultipartUploadResult></InitiateMultipartUploadResult>')),
      ),
    client: { multipart: 'upstream_invalid' },
    doctor: [],
    engine: 'works',
  },
  {
    name: 'a deletion of which nothing is told',
    fault: () =>
      only({ operation: 'DeleteObjects' }, answers(xmlAnswer(200, '<DeleteResult></DeleteResult>'))),
    client: { deleteMany: 'upstream_invalid' },
    doctor: [],
    engine: 'works',
  },
  {
    name: 'a deletion of what nobody asked to delete',
    fault: () =>
      only(
        { operation: 'DeleteObjects' },
        answers(xmlAnswer(200, '<DeleteResult><Deleted><Key>in/else.pdf</Key></Deleted></DeleteResult>')),
      ),
    client: { deleteMany: 'upstream_invalid' },
    doctor: [],
    engine: 'works',
  },
];
