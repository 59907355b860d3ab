import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnvelope } from '../../src/events/read-envelope.ts';

const read = (value: unknown) => readEnvelope(JSON.stringify(value));

const r2 = (more: object = {}, object: object = {}) => ({
  account: 'a'.repeat(32),
  action: 'PutObject',
  bucket: 'docs',
  object: { key: 'in/a b+c.pdf', size: 10, eTag: 'e1', ...object },
  eventTime: '2026-11-21T10:00:00.123Z',
  ...more,
});
const eventBridge = (more: object = {}, object: object = {}) => ({
  version: '0',
  id: 'id',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '123456789012',
  time: '2026-11-21T10:00:00Z',
  region: 'eu-central-1',
  resources: [],
  detail: {
    version: '0',
    bucket: { name: 'docs' },
    object: { key: 'in/a b+c.pdf', size: 10, etag: 'e1', sequencer: '00abCD', 'version-id': 'v', ...object },
    reason: 'PutObject',
  },
  ...more,
});
const b2 = (more: object = {}) => ({
  accountId: 'x',
  bucketName: 'docs',
  eventTimestamp: 1795255200123,
  eventType: 'b2:ObjectCreated:Upload',
  objectName: 'in/a b+c.pdf',
  objectSize: 10,
  objectVersionId: 'v',
  ...more,
});
const record = (key: string, more: object = {}) => ({
  eventName: 'ObjectCreated:Put',
  eventTime: '2026-11-21T10:00:00.123Z',
  awsRegion: 'us-east-1',
  s3: { bucket: { name: 'docs' }, object: { key, size: 10, eTag: 'e1', sequencer: '0A', versionId: null } },
  ...more,
});

describe('readEnvelope', () => {
  it.each([
    ['R2', r2({ eventTime: '0000-01-01T00:00:00Z' })],
    ['R2, before the first year', r2({ eventTime: '0001-01-01T00:00:00+23:59' })],
    ['R2, after the last', r2({ eventTime: '9999-12-31T23:59:59-23:59' })],
    ['EventBridge', eventBridge({ time: '0000-06-01T00:00:00Z' })],
    ['B2', b2({ eventTimestamp: 8.64e15 })],
    ['S3', { Records: [{ ...record('in/a.pdf'), eventTime: '9999-12-31T23:59:59-00:01' }] }],
  ])('of %s holds no date that no calendar here can write, and the events beside it count', (_, broken) => {
    expect(read([broken, r2()])?.map(({ kind }) => kind)).toEqual(['malformed', 'written']);
  });

  it('reads R2’s notification, key as it is', () => {
    expect(read(r2())).toEqual([
      {
        kind: 'written',
        object: {
          bucket: 'docs',
          r2Account: 'a'.repeat(32),
          awsAccount: null,
          region: null,
          key: 'in/a b+c.pdf',
          etag: 'e1',
          sizeBytes: 10,
          at: '2026-11-21T10:00:00.123Z',
          sequencer: null,
          versionId: null,
        },
      },
    ]);
  });

  it('reads EventBridge’s, with region and sequencer', () => {
    expect(read(eventBridge())).toMatchObject([
      {
        kind: 'written',
        object: { region: 'eu-central-1', key: 'in/a b+c.pdf', sequencer: '00ABCD', versionId: 'v' },
      },
    ]);
  });

  it('reads B2’s, which has no ETag', () => {
    expect(read({ events: [b2()] })).toMatchObject([
      {
        kind: 'written',
        object: { key: 'in/a b+c.pdf', etag: null, sizeBytes: 10, at: '2026-11-21T10:00:00.123Z' },
      },
    ]);
  });

  it('reads every one of the Records, decoding the key and a space as +', () => {
    const events = read({
      Records: [
        record('in/a+b%2Bc.pdf'),
        record('in/%C3%A4.pdf', { eventName: 's3:ObjectCreated:Copy' }),
        record('100%.pdf'),
      ],
    });
    expect(events?.map((event) => event.kind === 'written' && event.object.key)).toEqual([
      'in/a b+c.pdf',
      'in/ä.pdf',
      '100%.pdf',
    ]);
  });

  it('takes Ceph’s key as it is, and not its sequencer, which orders nothing', () => {
    expect(read({ Records: [record('in/a+b%20ä.pdf', { eventSource: 'ceph:s3' })] })).toMatchObject([
      { object: { key: 'in/a+b%20ä.pdf', sequencer: null } },
    ]);
  });

  it('tolerates other versions of EventBridge’s schema: fields more, and fields less', () => {
    const { object, ...detail } = eventBridge().detail;
    const more = {
      ...eventBridge(),
      version: '1',
      'replay-name': 'x',
      detail: {
        ...detail,
        version: '2',
        object: { ...object, new: [1] },
        'request-id': 'r',
        reason: 'NewReason',
      },
    };
    const less = { ...eventBridge(), detail: { bucket: { name: 'docs' }, object: { key: 'in/a b+c.pdf' } } };
    expect(read([more, less])).toMatchObject([
      { kind: 'written', object: { awsAccount: '123456789012', etag: 'e1', sequencer: '00ABCD' } },
      { kind: 'written', object: { key: 'in/a b+c.pdf', etag: null, sizeBytes: null, sequencer: null } },
    ]);
  });

  it('keeps the bare ETag', () => {
    for (const eTag of ['e1', '"e1"', 'W/"e1"']) {
      expect(read(r2({}, { eTag }))).toMatchObject([{ object: { etag: 'e1' } }]);
    }
  });

  it.each([
    ['a deletion of R2', r2({ action: 'DeleteObject' }, { size: undefined, eTag: undefined })],
    ['a deletion by EventBridge', eventBridge({ 'detail-type': 'Object Deleted' })],
    ['an event of another service', eventBridge({ source: 'aws.ec2' })],
    ['a deletion of B2', b2({ eventType: 'b2:ObjectDeleted:Delete' })],
    ['a deletion among Records', record('a.pdf', { eventName: 'ObjectRemoved:Delete' })],
  ])('takes no interest in %s', (_, value) => {
    expect(read(value)).toEqual([{ kind: 'other' }]);
  });

  it.each([
    ['S3', { Service: 'Amazon S3', Event: 's3:TestEvent', Time: '2026-11-21T10:00:00Z', Bucket: 'docs' }],
    ['B2', b2({ eventType: 'b2:TestEvent', objectName: '', objectSize: 0 })],
    [
      'B2, without an object',
      b2({ eventType: 'b2:TestEvent', objectName: undefined, objectVersionId: null }),
    ],
  ])('knows the test event of %s', (_, value) => {
    expect(read(value)).toEqual([{ kind: 'test' }]);
  });

  it('reads a mixed batch one by one, and one that is broken does not take the others with it', () => {
    expect(
      read([r2(), { nonsense: true }, eventBridge(), null, 7, { Records: [record('a.pdf')] }])?.map(
        ({ kind }) => kind,
      ),
    ).toEqual(['written', 'malformed', 'written', 'malformed', 'malformed', 'written']);
  });

  it.each(['', '{', 'null', '7', '"x"', 'undefined', '\u0000'])('finds no events in %j', (body) => {
    expect(readEnvelope(body)).toBeNull();
  });

  it('tolerates whatever a later version adds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (extra) => {
        for (const event of [r2(), eventBridge(), b2(), record('a.pdf')]) {
          const [plain] = read(event) ?? [];
          expect(read([{ ...extra, ...event }])).toEqual([plain]);
        }
      }),
    );
  });

  it('never throws, whatever is sent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        const events = readEnvelope(body);
        expect(events === null || Array.isArray(events)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('gives back any key that was encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (key) => {
        const encoded = encodeURIComponent(key).replaceAll('%20', '+');
        expect(read({ Records: [record(encoded)] })).toMatchObject([{ object: { key } }]);
      }),
    );
  });
});
