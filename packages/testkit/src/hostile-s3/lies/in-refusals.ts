import type { ErrorCode } from '@sluice/shared';
import { errorAnswer, type Fault, faults } from '../../fake-s3/index.ts';
import { type Lie, STEPS } from '../lie.ts';
import { floods, head } from '../wire.ts';

const { only, answers } = faults;
const LIST = { operation: 'ListObjectsV2' } as const;

const everyStep = (code: ErrorCode): Lie['client'] => Object.fromEntries(STEPS.map((step) => [step, code]));

const redirects = (status: number, location: string): Fault =>
  answers({ status, headers: { location }, body: Buffer.alloc(0) });
const REDIRECTED = {
  client: everyStep('addressing_wrong'),
  doctor: ['addressing addressing_wrong'],
  engine: { poll: 'addressing_wrong' },
} as const;

/** In how it says no. */
export const refusalLies: readonly Lie[] = [
  {
    name: 'a redirect (301) to a server nobody may ask',
    fault: ({ forbidden }) => redirects(301, `${forbidden}/latest/meta-data`),
    ...REDIRECTED,
  },
  {
    name: 'a redirect (302) to the metadata address',
    fault: () => redirects(302, 'http://169.254.169.254/latest/meta-data/iam/security-credentials/'),
    ...REDIRECTED,
  },
  {
    name: 'a redirect (307) of whatever is sent',
    fault: ({ forbidden }) => redirects(307, `${forbidden}/take-it`),
    ...REDIRECTED,
  },
  {
    name: 'a redirect (308) to another bucket’s host',
    fault: () => redirects(308, 'https://another-bucket.s3.amazonaws.com/'),
    ...REDIRECTED,
  },
  {
    name: 'a redirect in the words of S3, to a server nobody may ask',
    fault: ({ forbidden }) =>
      answers(errorAnswer(307, 'TemporaryRedirect', '', { Endpoint: new URL(forbidden).host })),
    ...REDIRECTED,
  },
  {
    name: 'a redirect (307) of a document',
    fault: ({ forbidden }) => only({ operation: 'GetObject' }, redirects(307, `${forbidden}/document.pdf`)),
    client: { get: 'addressing_wrong', range: 'addressing_wrong', link: 'addressing_wrong' },
    doctor: ['read addressing_wrong', 'read_back addressing_wrong'],
    engine: { object: 'upstream_invalid' },
  },
  {
    name: 'a redirect (307) of a result',
    fault: ({ forbidden }) => only({ operation: 'PutObject' }, redirects(307, `${forbidden}/result`)),
    client: { put: 'addressing_wrong', stream: 'addressing_wrong' },
    doctor: ['write addressing_wrong'],
    engine: { object: 'addressing_wrong' },
  },
  {
    name: 'a refusal (401) with a page that does not end',
    fault: () =>
      only(LIST, answers(floods(head('401 Unauthorized', { 'content-type': 'text/html' }), '<p>no'))),
    client: { list: 'endpoint_not_s3' },
    doctor: ['endpoint endpoint_not_s3'],
    engine: { poll: 'endpoint_not_s3' },
  },
  {
    name: 'patience asked for ten years',
    fault: () => only(LIST, faults.slowsDown(315_360_000)),
    client: { list: 'throttled' },
    doctor: ['list throttled'],
    engine: { poll: 'throttled' },
  },
  {
    name: 'patience asked for until the year 9999',
    fault: () =>
      only(LIST, faults.fails(503, 'SlowDown', '', {}, { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' })),
    client: { list: 'throttled' },
    doctor: ['list throttled'],
    engine: { poll: 'throttled' },
  },
  {
    name: 'an error that repeats what we sent',
    fault: () =>
      only(LIST, (request) =>
        errorAnswer(
          403,
          'AccessDenied',
          `${request.headers['authorization'] ?? ''} <script>alert(1)</script>`,
          { Region: '</Region><b>', Endpoint: 'http://169.254.169.254/' },
          { 'x-amz-bucket-region': '"><script>' },
        ),
      ),
    client: { list: 'access_denied' },
    doctor: ['list access_denied'],
    engine: { poll: 'access_denied' },
  },
  {
    name: 'an error of a million elements',
    fault: () =>
      only(
        LIST,
        answers({
          status: 403,
          headers: { 'content-type': 'application/xml' },
          body: Buffer.from(`<Error>${'<a>'.repeat(1_000_000)}`),
        }),
      ),
    client: { list: 'access_denied' },
    doctor: ['list access_denied'],
    engine: { poll: 'access_denied' },
  },
  {
    name: 'an error code as long as a book',
    fault: () => only(LIST, answers(errorAnswer(418, 'A'.repeat(50_000)))),
    client: { list: 'upstream_invalid' },
    doctor: ['list upstream_invalid'],
    engine: { poll: 'upstream_invalid' },
  },
  {
    name: 'success without a word (204)',
    fault: () => only(LIST, faults.bare(204)),
    client: { list: 'upstream_invalid' },
    doctor: ['list upstream_invalid'],
    engine: { poll: 'upstream_invalid' },
  },
  {
    name: 'a clock that is ten years off',
    fault: () => (_, proceed) => {
      const answer = proceed();
      return { ...answer, headers: { ...answer.headers, date: 'Fri, 21 Nov 2036 12:00:00 GMT' } };
    },
    client: {},
    doctor: ['clock clock_drift'],
    engine: 'works',
  },
];
