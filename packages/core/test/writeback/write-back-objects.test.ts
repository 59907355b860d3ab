import { SluiceError } from '@sluice/shared';
import { failNth } from '@sluice/testkit/memory';
import { describe, expect, it } from 'vitest';
import { staged, textOf } from '../support/object-world.ts';

describe('writeBackObjects', () => {
  it('writes every output under the output prefix, with provenance, and clears the staging', async () => {
    const { world, ids } = await staged('in/a/b.pdf', 'in/c.pdf');
    await world.writeBack(ids);
    expect(world.states()).toEqual({ 'in/a/b.pdf': 'written_back', 'in/c.pdf': 'written_back' });
    expect(textOf(world.bucket.body('accessible/a/b.pdf'))).toBe('pdf of b.pdf');
    expect(textOf(world.bucket.body('accessible/a/b.pdf.html'))).toBe('html of b.pdf');
    const { metadata, contentType } = await world.bucket.head('accessible/a/b.pdf.html');
    expect(contentType).toBe('text/html');
    expect(metadata).toMatchObject({ 'sluice-job-id': world.row('in/a/b.pdf').jobId });
    expect(world.row('in/a/b.pdf').outputs?.map((output) => output.key)).toEqual([
      'accessible/a/b.pdf',
      'accessible/a/b.pdf.html',
    ]);
    expect(world.staging.contents.size).toBe(0);
    world.expectSound();
  });

  it('writes once what is delivered twice', async () => {
    const { world, ids } = await staged('in/a.pdf');
    await Promise.all([world.writeBack(ids), world.writeBack(ids)]);
    await world.writeBack(ids);
    expect(world.endings).toEqual(ids);
  });

  it('does not write a version that was overtaken', async () => {
    const { world, ids } = await staged('in/a.pdf');
    world.bucket.set('in/a.pdf', 'newer');
    await world.record();
    await world.writeBack(ids);
    expect(world.bucket.keys()).toEqual(['in/a.pdf']);
    expect(
      world
        .rows()
        .map((row) => row.reason ?? row.state)
        .toSorted(),
    ).toEqual(['found', 'superseded']);
  });

  it('keeps the staged results when the bucket refuses, and writes them later without processing again', async () => {
    const { world, ids } = await staged('in/a.pdf');
    world.faults = ({ method }) =>
      method === 'put' ? { before: new SluiceError('access_denied', { detail: 's3:PutObject' }) } : null;
    await world.writeBack(ids);
    expect(world.row('in/a.pdf')).toMatchObject({
      state: 'staged',
      reason: 'access_denied',
      detail: 's3:PutObject',
    });
    expect(world.staging.contents.size).toBe(2);
    world.faults = () => null;
    world.clock.advance(3_600_000);
    await world.writeBack(await world.claim('writeback'));
    expect(world.row('in/a.pdf').state).toBe('written_back');
    expect(world.jobs).toHaveLength(1);
  });

  it('has a document processed again, at no charge, when a staged result is lost or cut', async () => {
    for (const damage of ['lost', 'cut']) {
      const { world, ids } = await staged('in/a.pdf');
      const [key = ''] = [...world.staging.contents.keys()].slice(-1);
      if (damage === 'lost') world.staging.contents.delete(key);
      else world.staging.contents.set(key, new Uint8Array(3));
      await world.writeBack(ids);
      expect(world.row('in/a.pdf')).toMatchObject({ state: 'found', reason: 'output_missing' });
      world.expectSound();
      await world.drain();
      expect(world.row('in/a.pdf').state).toBe('written_back');
      expect(world.database.costs.size).toBe(1);
      expect(textOf(world.bucket.body('accessible/a.pdf.html'))).toBe('html of a.pdf');
    }
  });

  it('waits longer each time for a working bucket that loses everything, never gives up, and begins anew once something is written', async () => {
    const { world } = await staged('in/a.pdf');
    const row = world.row('in/a.pdf');
    const lose = async () => {
      world.staging.contents.clear();
      await world.writeBack([row.id]);
      expect(row).toMatchObject({ state: 'found', reason: 'output_missing' });
      const seconds = Math.round(((row.dueAt ?? 0) - world.database.now()) / 1_000_000);
      world.clock.advance(3_600_000);
      await world.process(await world.claim());
      return seconds;
    };
    const waits: number[] = [];
    for (let times = 0; times < 12; times += 1) waits.push(await lose());
    expect(waits.slice(0, 5)).toEqual([10, 40, 160, 640, 1920]);
    expect(new Set(waits.slice(5))).toEqual(new Set([1920]));
    await world.writeBack([row.id]);
    expect(row.state).toBe('written_back');
    expect(world.database.costs.size).toBe(1);

    world.bucket.set('in/a.pdf', 'a newer version', 1000);
    await world.record();
    await world.process(await world.claim());
    world.staging.contents.clear();
    const next = world.row('in/a.pdf');
    await world.writeBack([next.id]);
    expect(Math.round(((next.dueAt ?? 0) - world.database.now()) / 1_000_000)).toBe(10);
    expect(row.lostResults).toBe(0);
  });

  it('fails for good, before it writes anything, when one of its names becomes too long', async () => {
    const { world, ids } = await staged(`in/${'x'.repeat(1009)}.pdf`);
    await world.writeBack(ids);
    expect(world.rows()[0]).toMatchObject({ state: 'failed', reason: 'object_name_unusable' });
    expect(world.bucket.keys()).toHaveLength(1);
  });

  it('does no harm when it is killed between the write and its record', async () => {
    const { world, ids } = await staged('in/a.pdf');
    world.faults = ({ method }) =>
      method === 'completeWriteback' || method === 'settleAttempt' ? { before: new Error('killed') } : null;
    await expect(world.writeBack(ids)).rejects.toThrow('killed');
    world.faults = () => null;
    expect(world.staging.contents.size).toBe(2);
    await world.drain();
    expect(world.row('in/a.pdf').state).toBe('written_back');
    expect(world.bucket.keys().toSorted()).toEqual(['accessible/a.pdf', 'accessible/a.pdf.html', 'in/a.pdf']);
  });

  it('counts as written what was recorded though the answer was lost', async () => {
    const { world, ids } = await staged('in/a.pdf');
    world.faults = failNth(0, { after: new SluiceError('unavailable') }, 'completeWriteback');
    await world.writeBack(ids);
    expect(world.row('in/a.pdf').state).toBe('written_back');
    expect(world.endings).toEqual(ids);
  });

  it('leaves the staged results to whoever holds the lease now', async () => {
    const { world, ids } = await staged('in/a.pdf');
    world.faults = ({ method }) => {
      if (method === 'put') world.row('in/a.pdf').leaseId = 'of somebody else';
      return null;
    };
    await world.writeBack(ids);
    expect(world.endings).toEqual([]);
    expect(world.staging.contents.size).toBe(2);
  });

  it('takes staging that cannot be deleted for what it is: only space', async () => {
    const { world, ids } = await staged('in/a.pdf');
    world.faults = ({ method }) => (method === 'delete' ? { before: new Error('R2 is down') } : null);
    await world.writeBack(ids);
    expect(world.row('in/a.pdf').state).toBe('written_back');
    expect(world.log.lines.map((line) => line.event)).toContain('staging_not_deleted');
  });
});

describe('a bucket that confirms what it does not keep', () => {
  it.each([
    ['nothing of it', null],
    ['a part of it', 3],
    ['what was there before', 'pdf of a.pdf'.length],
  ])('is written to again, for what is staged is still there: %s', async (_, keptBytes) => {
    const { world, ids } = await staged('in/a.pdf');
    const { bucket } = world;
    const put = bucket.put.bind(bucket);
    bucket.put = async (input) => {
      const confirmed = await put(input);
      bucket.remove(input.key);
      if (keptBytes !== null) bucket.set(input.key, 'another', keptBytes);
      return confirmed;
    };
    await world.writeBack(ids);
    expect(world.row('in/a.pdf')).toMatchObject({ state: 'staged', reason: 'upstream_invalid' });
    expect(world.row('in/a.pdf').detail).toContain('accessible/a.pdf');
    expect(world.staging.contents.size).toBeGreaterThan(0);

    bucket.put = put;
    bucket.remove('accessible/a.pdf');
    await world.writeBack(ids);
    expect(world.row('in/a.pdf').state).toBe('written_back');
    expect(textOf(world.bucket.body('accessible/a.pdf'))).toBe('pdf of a.pdf');
    world.expectSound();
  });

  it('is believed when it does not let itself be looked at', async () => {
    const { world, ids } = await staged('in/a.pdf');
    world.faults = ({ method }) => (method === 'head' ? { before: new SluiceError('access_denied') } : null);
    await world.writeBack(ids);
    expect(world.row('in/a.pdf').state).toBe('written_back');
  });
});

describe('the working bucket', () => {
  it('may be away for a day: nothing is given up, and nothing is processed again', async () => {
    const { world, ids } = await staged('in/a.pdf');
    world.faults = ({ method }) => (method === 'get' ? { before: new Error('R2 is down') } : null);
    await world.writeBack(ids);
    for (let hours = 0; hours < 24; hours += 1) {
      await world.step();
      world.clock.advance(3_600_000);
    }
    expect(world.row('in/a.pdf')).toMatchObject({ state: 'staged', reason: 'unavailable' });
    world.faults = () => null;
    await world.drain();
    expect(world.row('in/a.pdf').state).toBe('written_back');
    expect(world.jobs).toHaveLength(1);
    world.expectSound();
  });
});

describe('attempts', () => {
  it('that a refusing bucket used up are not held against a lost result or a fault of ours', async () => {
    const { world, ids } = await staged('in/a.pdf');
    const row = world.row('in/a.pdf');
    world.faults = ({ method }) => (method === 'put' ? { before: new SluiceError('access_denied') } : null);
    await world.writeBack(ids);
    row.attempts = 20;
    world.faults = ({ method }) => (method === 'put' ? { before: new SluiceError('internal') } : null);
    world.clock.advance(24 * 3_600_000);
    await world.writeBack(await world.claim('writeback'));
    expect(row).toMatchObject({ state: 'staged', reason: 'internal', attempts: 1 });
    row.attempts = 25;
    world.faults = () => null;
    world.staging.contents.clear();
    world.clock.advance(24 * 3_600_000);
    await world.writeBack(await world.claim('writeback'));
    expect(row).toMatchObject({ state: 'found', reason: 'output_missing', attempts: 0 });
    await world.drain();
    expect(row.state).toBe('written_back');
  });
});
