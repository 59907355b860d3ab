import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventObject, ReadEvent } from '../../src/events/event-object.ts';
import { judgeEvents } from '../../src/events/judge-events.ts';

const ACCOUNT = '0123456789abcdef0123456789abcdef';
const integration = {
  id: 'i',
  tenantId: 't',
  name: 'n',
  provider: 'r2',
  status: 'active',
  bucket: 'docs',
  region: 'auto',
  endpoint: `https://${ACCOUNT}.eu.r2.cloudflarestorage.com`,
  addressingStyle: 'path',
  roleArn: null,
  externalId: null,
  inputPrefix: 'in/',
  outputPrefix: 'out/',
  overwritePolicy: 'reprocess',
  language: null,
  detectionMode: 'event',
  revision: 1,
} as unknown as Parameters<typeof judgeEvents>[0]['integration'];

const written = (more: Partial<EventObject> = {}): ReadEvent => ({
  kind: 'written',
  object: {
    bucket: 'docs',
    r2Account: null,
    awsAccount: null,
    region: null,
    key: 'in/a.pdf',
    etag: 'e',
    sizeBytes: 1,
    at: '2026-11-21T10:00:00Z',
    sequencer: null,
    versionId: null,
    ...more,
  },
});
const judge = (...events: ReadEvent[]) => judgeEvents({ integration }, events);

describe('judgeEvents', () => {
  it.each([
    ['another bucket', { bucket: 'other' }],
    ['a bucket of this name in another account', { r2Account: 'f'.repeat(32) }],
    ['a bucket of this name in another region', { region: 'us-east-1' }],
  ])('refuses %s', (_, more) => {
    expect(judge(written(more), written())).toMatchObject({
      refused: { bucket_mismatch: 1 },
      objects: [{ key: 'in/a.pdf' }],
    });
  });

  it('refuses another account of AWS than that of the role, and knows none by an access key', () => {
    const roleArn = 'arn:aws:iam::123456789012:role/apps/sluice';
    const events = [written({ awsAccount: '123456789012' }), written({ awsAccount: '999999999999' })];
    expect(judgeEvents({ integration: { ...integration, roleArn } }, events)).toMatchObject({
      refused: { bucket_mismatch: 1 },
      objects: [{ awsAccount: '123456789012' }],
    });
    expect(judge(...events).refused).toEqual({});
  });

  it('takes the account of the endpoint, however it is written', () => {
    expect(judge(written({ r2Account: ACCOUNT.toUpperCase() })).objects).toHaveLength(1);
  });

  it('cannot tell the account behind another endpoint, and takes any', () => {
    const events = [written({ r2Account: 'f'.repeat(32) })];
    const other = { integration: { ...integration, endpoint: 'https://s3.example.com' } };
    expect(judgeEvents(other, events).objects).toHaveLength(1);
  });

  it('leaves out what lies outside the input folder', () => {
    expect(judge(written({ key: 'out/a.pdf' }), written({ key: 'inside.pdf' }))).toMatchObject({
      objects: [],
      ignored: 2,
    });
  });

  it('keeps the last of a key, by sequencer where there is one', () => {
    const later = written({ etag: 'later', at: '2026-11-21T09:00:00Z', sequencer: '0B' });
    const earlier = written({ etag: 'earlier', at: '2026-11-21T11:00:00Z', sequencer: '0A1' });
    for (const events of [
      [later, earlier],
      [earlier, later],
    ]) {
      expect(judge(...events)).toMatchObject({ objects: [{ etag: 'later' }], replaced: 1 });
    }
  });

  it('accounts for every event', () => {
    const event = fc.oneof(
      fc
        .record({
          bucket: fc.constantFrom('docs', 'other'),
          key: fc.constantFrom('in/a', 'in/b', 'x'),
          at: fc.constantFrom('2026-11-21T10:00:00Z', '2026-11-21T11:00:00Z'),
        })
        .map(written),
      fc.constantFrom<ReadEvent>({ kind: 'other' }, { kind: 'test' }, { kind: 'malformed' }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const { objects, tests, ignored, replaced, refused } = judge(...events);
        const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0);
        expect(objects.length + tests + ignored + replaced + refusals).toBe(events.length);
        expect(new Set(objects.map(({ key }) => key)).size).toBe(objects.length);
      }),
    );
  });
});
