import { type Fault, faults } from '../../fake-s3/index.ts';
import type { Lie } from '../lie.ts';

const { only, answers, rewrites, lateError } = faults;
const LIST = { operation: 'ListObjectsV2' } as const;

const listing = (rewrite: (text: string) => string): Fault => only(LIST, rewrites(rewrite));
const inList = (inner: string, isTruncated = false): Fault =>
  only(
    LIST,
    answers({
      status: 200,
      headers: { 'content-type': 'application/xml' },
      body: Buffer.from(
        `<ListBucketResult>${inner}<EncodingType>url</EncodingType><IsTruncated>${isTruncated}</IsTruncated></ListBucketResult>`,
      ),
    }),
  );
const object = (key: string, more = ''): string =>
  `<Contents><Key>${key}</Key><LastModified>2026-11-01T00:00:00.000Z</LastModified><ETag>"e"</ETag><Size>1</Size>${more}</Contents>`;
const withObject = (key: string): Fault =>
  listing((text) => text.replace('</ListBucketResult>', `${object(key)}</ListBucketResult>`));
const withField = (field: string, value: string): Fault =>
  listing((text) => text.replace(new RegExp(`<${field}>[^<]*</${field}>`), `<${field}>${value}</${field}>`));

/** What is refused as a whole: nothing is taken from a listing that cannot be believed. */
const REFUSED = {
  client: { list: 'upstream_invalid' },
  doctor: ['list upstream_invalid'],
  engine: { poll: 'upstream_invalid' },
} as const;
/** What is seen through, or does no harm. */
const HARMLESS = { client: {}, doctor: [], engine: 'works' } as const;

const DTD = (forbidden: string): string =>
  `<!DOCTYPE l [<!ENTITY a "${'ha'.repeat(20)}">${Array.from('bcdefghij', (name, at) => `<!ENTITY ${name} "${`&${'abcdefghi'[at]};`.repeat(10)}">`).join('')}<!ENTITY x SYSTEM "${forbidden}/entity">]>`;

/** In what a page of a listing says. */
export const listingLies: readonly Lie[] = [
  {
    name: 'entities that grow a billionfold',
    fault: ({ forbidden }) =>
      listing((text) =>
        text.replace('<ListBucketResult', `${DTD(forbidden)}<ListBucketResult`).replace('<Key>', '<Key>&j;'),
      ),
    ...REFUSED,
  },
  {
    name: 'an entity that is fetched from elsewhere',
    fault: ({ forbidden }) =>
      listing((text) =>
        text.replace('<ListBucketResult', `${DTD(forbidden)}<ListBucketResult`).replace('<Key>', '<Key>&x;'),
      ),
    ...REFUSED,
  },
  {
    name: 'an entity nobody declared',
    fault: () => listing((text) => text.replace('<Key>', '<Key>&xD800;')),
    ...REFUSED,
  },
  {
    name: 'a surrogate by its number',
    fault: () => listing((text) => text.replace('<Key>', '<Key>&#xD800;')),
    ...REFUSED,
  },
  {
    name: 'half a surrogate, percent-encoded',
    fault: () => listing((text) => text.replace('<Key>', '<Key>%ED%A0%80')),
    ...REFUSED,
  },
  {
    name: 'a hundred thousand elements, each in the other',
    fault: () =>
      listing((text) =>
        text.replace(
          '</ListBucketResult>',
          `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}</ListBucketResult>`,
        ),
      ),
    ...HARMLESS,
  },
  {
    name: 'the same token again and again',
    fault: () => inList(`${object('in/a.pdf')}<NextContinuationToken>t</NextContinuationToken>`, true),
    client: { list: 'upstream_invalid' },
    // One page is all it looks at.
    doctor: [],
    engine: { poll: 'upstream_invalid' },
  },
  {
    name: 'two tokens in a circle',
    fault: () => (request, proceed) => {
      const token = request.query.get('continuation-token') === 'a' ? 'b' : 'a';
      return inList(`${object('in/a.pdf')}<NextContinuationToken>${token}</NextContinuationToken>`, true)(
        request,
        proceed,
      );
    },
    client: { list: 'upstream_invalid' },
    doctor: [],
    engine: { poll: 'upstream_invalid' },
  },
  {
    name: 'page after page with nothing in it',
    fault: () => {
      let page = 0;
      return (request, proceed) => {
        page += 1;
        return inList(`<NextContinuationToken>${page}</NextContinuationToken>`, true)(request, proceed);
      };
    },
    client: { list: 'upstream_invalid' },
    doctor: [],
    engine: { poll: 'upstream_invalid' },
  },
  {
    name: 'an end that is none: more, and no token',
    fault: () => inList(object('in/a.pdf'), true),
    ...REFUSED,
  },
  {
    name: 'no word of whether there is more',
    fault: () => listing((text) => text.replace(/<IsTruncated>.*<\/IsTruncated>/, '')),
    ...REFUSED,
  },
  {
    name: 'fewer keys than it counts',
    fault: () => withField('KeyCount', '1000'),
    ...REFUSED,
  },
  {
    name: 'more keys than were asked for',
    fault: () =>
      inList(
        Array.from({ length: 1_001 }, (_, n) => object(`in/${String(n).padStart(5, '0')}.pdf`)).join(''),
      ),
    ...REFUSED,
  },
  {
    name: 'a hundred thousand folders in a page',
    fault: () =>
      inList(
        Array.from(
          { length: 100_000 },
          (_, n) => `<CommonPrefixes><Prefix>in/${n}/</Prefix></CommonPrefixes>`,
        ).join(''),
      ),
    ...REFUSED,
  },
  {
    name: 'a million folders, a thousand to a page',
    fault: () => (request, proceed) => {
      const page = Number(request.query.get('continuation-token') ?? 0);
      if (page >= 1_000) return proceed();
      const folders = Array.from(
        { length: 1_000 },
        (_, n) => `<CommonPrefixes><Prefix>in/${page * 1_000 + n}/</Prefix></CommonPrefixes>`,
      );
      const token = `<NextContinuationToken>${page + 1}</NextContinuationToken>`;
      return inList(folders.join('') + token, true)(request, proceed);
    },
    ...REFUSED,
  },
  {
    name: 'keys of another folder',
    fault: () => withObject('payroll/salaries.pdf'),
    ...REFUSED,
  },
  {
    name: 'a size below zero',
    fault: () => withField('Size', '-1'),
    ...REFUSED,
  },
  {
    name: 'a size that is no number',
    fault: () => withField('Size', 'NaN'),
    ...REFUSED,
  },
  {
    name: 'a size of 2^63',
    fault: () => withField('Size', '9223372036854775808'),
    ...REFUSED,
  },
  {
    name: 'a date that is none',
    fault: () => withField('LastModified', 'the day before yesterday'),
    ...REFUSED,
  },
  {
    name: 'a date before there were any',
    fault: () => withField('LastModified', '0000-00-00T00:00:00Z'),
    ...HARMLESS,
  },
  {
    name: 'keys of ten kilobytes',
    fault: () => withObject(`in/${'k'.repeat(10_240)}.pdf`),
    ...HARMLESS,
  },
  {
    name: 'keys that climb out of their folder',
    fault: () => withObject('in/../../other-bucket/secret.pdf'),
    ...HARMLESS,
  },
  {
    name: 'keys of control characters, with a NUL',
    fault: () => withObject('in/%00%01%1B%5B2J%7F.pdf'),
    ...HARMLESS,
  },
  {
    name: 'keys in no order',
    fault: () => withObject('in/0-comes-last.pdf'),
    ...HARMLESS,
  },
  {
    name: 'the same key twice, with two versions',
    fault: () => withObject('in/folder/report.pdf'),
    ...HARMLESS,
  },
  {
    name: '200, and an error instead of a listing',
    fault: () => only(LIST, lateError('AccessDenied')),
    client: { list: 'access_denied' },
    doctor: ['list access_denied'],
    engine: { poll: 'access_denied' },
  },
];
