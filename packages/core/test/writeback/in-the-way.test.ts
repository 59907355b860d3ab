import { SluiceError } from '@sluice/shared';
import { failNth } from '@sluice/testkit/memory';
import { describe, expect, it } from 'vitest';
import { ObjectWorld, staged, textOf } from '../support/object-world.ts';

/** As they were before results named their source. */
const earlierResult = (world: ObjectWorld) => ({
  'sluice-job-id': 'earlier',
  'sluice-tenant-id': world.row('in/a.pdf').tenantId,
});

describe('what lies in the place of a result', () => {
  const foreign = (world: ObjectWorld, key: string, metadata: Record<string, string> = {}) =>
    world.bucket.set(key, 'of the customer', 7, metadata);

  it('is kept when it is no result of ours, and the object says so', async () => {
    const { world, ids } = await staged('in/a.pdf');
    foreign(world, 'accessible/a.pdf', { title: 'Mine' });
    await world.writeBack(ids);
    expect(world.row('in/a.pdf')).toMatchObject({ state: 'failed', reason: 'output_taken' });
    expect(world.row('in/a.pdf').detail).toContain('accessible/a.pdf');
    expect((await world.bucket.head('accessible/a.pdf')).etag).toBe('of the customer');
    world.expectSound();
  });

  it('is kept when it is a result made for another tenant', async () => {
    const { world, ids } = await staged('in/a.pdf');
    foreign(world, 'accessible/a.pdf', {
      'sluice-job-id': 'j',
      'sluice-tenant-id': 'another',
    });
    await world.writeBack(ids);
    expect(world.row('in/a.pdf')).toMatchObject({ state: 'failed', reason: 'output_taken' });
    expect((await world.bucket.head('accessible/a.pdf')).etag).toBe('of the customer');
  });

  it('is replaced when it is an earlier result, though the bucket was connected anew since', async () => {
    const { world, ids } = await staged('in/a.pdf');
    foreign(world, 'accessible/a.pdf', {
      'sluice-job-id': 'earlier',
      'sluice-tenant-id': world.row('in/a.pdf').tenantId,
      'sluice-integration-id': 'deleted long ago',
    });
    await world.writeBack(ids);
    expect(world.row('in/a.pdf').state).toBe('written_back');
    expect(textOf(world.bucket.body('accessible/a.pdf'))).toBe('pdf of a.pdf');
    world.expectSound();
  });

  it('is kept when it is the result of another document, which is named, and so is the way out', async () => {
    const world = new ObjectWorld();
    world.database.rules.push({
      id: 'of a',
      integrationId: world.integrationId,
      prefix: 'in/a/',
      language: null,
      overwritePolicy: null,
      outputSubfolder: 'x/',
    });
    await world.find('in/a/doc.pdf');
    await world.drain();
    const { id, outputs } = world.row('in/a/doc.pdf');
    expect(outputs?.[0]?.key).toBe('accessible/x/a/doc.pdf');
    const before = await world.bucket.head('accessible/x/a/doc.pdf');

    await world.find('in/x/a/doc.pdf');
    await world.drain();
    const { state, reason, detail } = world.row('in/x/a/doc.pdf');
    expect({ state, reason }).toEqual({ state: 'failed', reason: 'output_taken' });
    expect(detail).toContain(`(object ${id}) lies at accessible/x/a/doc.pdf`);
    expect(detail).toContain('another output sub-folder');
    expect(await world.bucket.head('accessible/x/a/doc.pdf')).toEqual(before);
    world.expectSound();
  });

  describe('and changes after it was looked at', () => {
    const PLACE = 'accessible/a.pdf';
    /** A result of ours lies there; `meddle` happens before each upload that replaces something. */
    const replaced = async (meddle: (world: ObjectWorld, ifMatch: string | undefined) => void) => {
      const { world, ids } = await staged('in/a.pdf');
      foreign(world, PLACE, earlierResult(world));
      const put = world.bucket.put.bind(world.bucket);
      world.bucket.put = async (input) => {
        if (input.key === PLACE && input.ifAbsent !== true) meddle(world, input.ifMatch);
        return put(input);
      };
      return { world, ids };
    };

    it('is kept when it is a file of the customer by now', async () => {
      const { world, ids } = await replaced((it) => it.bucket.set(PLACE, 'put in between', 7));
      await world.writeBack(ids);
      expect(world.row('in/a.pdf')).toMatchObject({ state: 'failed', reason: 'output_taken' });
      expect((await world.bucket.head(PLACE)).etag).toBe('put in between');
      world.expectSound();
    });

    it.each([
      [
        'another result of the same source',
        (it: ObjectWorld) => it.bucket.set(PLACE, 'newer', 7, earlierResult(it)),
      ],
      ['nothing', (it: ObjectWorld) => it.bucket.remove(PLACE)],
    ])('is replaced when it is %s by now', async (_, meddle) => {
      let isFirst = true;
      const { world, ids } = await replaced((it) => {
        if (isFirst) meddle(it);
        isFirst = false;
      });
      await world.writeBack(ids);
      expect(world.row('in/a.pdf').state).toBe('written_back');
      expect(textOf(world.bucket.body(PLACE))).toBe('pdf of a.pdf');
      world.expectSound();
    });

    it('is kept when it was taken away first and is a file of the customer by now', async () => {
      let isGone = false;
      const { world, ids } = await replaced((it) => {
        isGone = true;
        it.bucket.remove(PLACE);
      });
      const put = world.bucket.put.bind(world.bucket);
      world.bucket.put = async (input) => {
        if (isGone && input.key === PLACE) foreign(world, PLACE);
        return put(input);
      };
      await world.writeBack(ids);
      expect(world.row('in/a.pdf')).toMatchObject({ state: 'staged', reason: 'object_exists' });
      await world.drain();
      expect(world.row('in/a.pdf')).toMatchObject({ state: 'failed', reason: 'output_taken' });
      expect((await world.bucket.head(PLACE)).etag).toBe('of the customer');
      world.expectSound();
    });

    it.each(['object_changed', 'unsupported_by_provider'] as const)(
      'is believed to be what was looked at by a server that answers %s to the right ETag',
      async (code) => {
        const { world, ids } = await replaced((_, ifMatch) => {
          if (ifMatch !== undefined) throw new SluiceError(code);
        });
        await world.writeBack(ids);
        expect(world.row('in/a.pdf').state).toBe('written_back');
        expect(textOf(world.bucket.body(PLACE))).toBe('pdf of a.pdf');
      },
    );

    it('is believed to be what was looked at once two uploads broke off', async () => {
      const { world, ids } = await replaced((_, ifMatch) => {
        if (ifMatch !== undefined) throw new SluiceError('endpoint_unreachable');
      });
      await world.writeBack(ids);
      expect(world.row('in/a.pdf')).toMatchObject({ state: 'staged', reason: 'endpoint_unreachable' });
      await world.drain();
      expect(world.row('in/a.pdf')).toMatchObject({ state: 'written_back', attempts: 2 });
      world.expectSound();
    });

    it.each([
      ['throttled', {}],
      ['upstream_timeout', { providerStatus: 504 }],
    ] as const)(
      'is kept when it is a file of the customer after any number of uploads that were answered: %s',
      async (code, options) => {
        const FAILURES = 4;
        let uploads = 0;
        const { world, ids } = await replaced((it) => {
          uploads += 1;
          if (uploads <= FAILURES) throw new SluiceError(code, options);
          it.bucket.set(PLACE, 'put in between', 7);
        });
        await world.writeBack(ids);
        for (let attempt = 2; attempt <= FAILURES; attempt += 1) {
          world.clock.advance(3_600_000);
          await world.writeBack(await world.claim('writeback'));
        }
        expect(world.row('in/a.pdf')).toMatchObject({ state: 'staged', reason: code, attempts: FAILURES });
        await world.drain();
        expect(world.row('in/a.pdf')).toMatchObject({ state: 'failed', reason: 'output_taken' });
        expect((await world.bucket.head(PLACE)).etag).toBe('put in between');
        world.expectSound();
      },
    );
  });

  it.each([
    ['is kept', {}, 'output_taken'],
    ['may be nothing', null, 'written_back'],
  ] as const)('%s where there is no conditional write', async (_, there, ending) => {
    const { world, ids } = await staged('in/a.pdf');
    if (there !== null) foreign(world, 'accessible/a.pdf', there);
    const put = world.bucket.put.bind(world.bucket);
    world.bucket.put = async (input) => {
      if (input.ifAbsent === true) throw new SluiceError('unsupported_by_provider');
      return put(input);
    };
    await world.writeBack(ids);
    expect(world.states()).toEqual({ 'in/a.pdf': ending });
    expect((await world.bucket.head('accessible/a.pdf')).etag === 'of the customer').toBe(there !== null);
    world.expectSound();
  });

  it('is kept beside a PDF that is not replaced either: what was delivered stays whole', async () => {
    const { world, ids } = await staged('in/a.pdf');
    world.bucket.set('accessible/a.pdf', 'delivered', 7, earlierResult(world));
    foreign(world, 'accessible/a.pdf.html');
    await world.writeBack(ids);
    expect(world.row('in/a.pdf')).toMatchObject({ state: 'failed', reason: 'output_taken' });
    expect(world.row('in/a.pdf').detail).toContain('accessible/a.pdf.html');
    expect((await world.bucket.head('accessible/a.pdf')).etag).toBe('delivered');
    world.expectSound();
  });

  it('is kept, and nothing is left beside it, when it is in the place of the page only', async () => {
    const { world, ids } = await staged('in/a.pdf');
    foreign(world, 'accessible/a.pdf.html');
    await world.writeBack(ids);
    expect(world.row('in/a.pdf')).toMatchObject({ state: 'failed', reason: 'output_taken' });
    expect(world.row('in/a.pdf').detail).toContain('accessible/a.pdf.html');
    expect(world.bucket.keys().toSorted()).toEqual(['accessible/a.pdf.html', 'in/a.pdf']);
    world.expectSound();
  });

  it('may be nothing where what is not there is denied to whoever may not list', async () => {
    const { world, ids } = await staged('in/a.pdf');
    const head = world.bucket.head.bind(world.bucket);
    world.bucket.head = async (key) => {
      if (world.bucket.keys().includes(key)) return head(key);
      throw new SluiceError('access_denied', { providerStatus: 403 });
    };
    world.faults = failNth(0, { before: new SluiceError('throttled') }, 'put');
    await world.writeBack(ids);
    expect(world.row('in/a.pdf')).toMatchObject({ state: 'staged', reason: 'throttled' });
    await world.drain();
    expect(world.row('in/a.pdf')).toMatchObject({ state: 'written_back', attempts: 2 });
    world.expectSound();
  });

  it('is kept by a server that knows no conditions and does not say so: of servers we do not know, we ask first', async () => {
    const { world, ids } = await staged('in/a.pdf');
    foreign(world, 'accessible/a.pdf');
    const put = world.bucket.put.bind(world.bucket);
    world.bucket.put = (input) => {
      const { ifAbsent, ifMatch, ...known } = input;
      expect([ifAbsent, ifMatch]).not.toEqual([undefined, undefined]);
      return put(known);
    };
    await world.writeBack(ids);
    expect(world.row('in/a.pdf')).toMatchObject({ state: 'failed', reason: 'output_taken' });
    expect((await world.bucket.head('accessible/a.pdf')).etag).toBe('of the customer');
  });

  it('is looked at before the second attempt, whose upload a refusal could break off again', async () => {
    const { world, ids } = await staged('in/a.pdf');
    world.database.integration(world.integrationId).config.provider = 'aws_role';
    foreign(world, 'accessible/a.pdf');
    world.faults = ({ method }) =>
      method === 'put' ? { before: new SluiceError('endpoint_unreachable') } : null;
    await world.writeBack(ids);
    expect(world.row('in/a.pdf')).toMatchObject({ state: 'staged', reason: 'endpoint_unreachable' });
    world.clock.advance(3_600_000);
    await world.writeBack(await world.claim('writeback'));
    expect(world.row('in/a.pdf')).toMatchObject({ state: 'failed', reason: 'output_taken' });
  });

  it('cannot be told while the bucket refuses to show it: the result waits', async () => {
    const { world, ids } = await staged('in/a.pdf');
    foreign(world, 'accessible/a.pdf');
    world.faults = ({ method }) => (method === 'head' ? { before: new SluiceError('access_denied') } : null);
    await world.writeBack(ids);
    expect(world.row('in/a.pdf')).toMatchObject({ state: 'staged', reason: 'access_denied' });
    expect((await world.bucket.head('accessible/a.pdf')).etag).toBe('of the customer');
  });
});
