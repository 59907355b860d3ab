import { type ErrorCode, SluiceError } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { ObjectWorld } from '../support/object-world.ts';

const KEYS = ['in/a.pdf', 'in/b.pdf', 'in/c.pdf', 'in/d.pdf', 'in/e.pdf', 'in/f.pdf'];

/** Refuses every call of one method, and counts them. */
const refuse = (world: ObjectWorld, method: string, code: ErrorCode): { calls: number } => {
  const count = { calls: 0 };
  world.faults = (call) => {
    if (call.method !== method) return null;
    count.calls += 1;
    return { before: new SluiceError(code) };
  };
  return count;
};

const WHOLE = [
  'upstream_timeout',
  'endpoint_unreachable',
  'endpoint_refused',
  'credentials_unknown',
  'credentials_wrong_secret',
  'credentials_expired',
  'role_not_assumable',
  'bucket_not_found',
  'region_wrong',
  'addressing_wrong',
  'clock_skew',
] as const satisfies readonly ErrorCode[];

const OF_ONE_OBJECT = [
  'access_denied',
  'object_not_found',
  'upstream_unavailable',
  'throttled',
] as const satisfies readonly ErrorCode[];

describe('a batch whose bucket is down', () => {
  it.each(WHOLE)('asks it no more after %s while processing, and settles the rest alike', async (code) => {
    const world = new ObjectWorld();
    await world.find(...KEYS);
    const asked = refuse(world, 'head', code);
    await world.process(await world.claim());
    // What was under way at that moment, and not one more.
    expect(asked.calls).toBeLessThanOrEqual(2);
    expect(new Set(Object.values(world.states()))).toEqual(new Set([code]));
    expect(world.endings).toHaveLength(KEYS.length);
    world.faults = () => null;
    await world.drain();
    expect(new Set(Object.values(world.states()))).toEqual(new Set(['written_back']));
    world.expectSound();
  });

  it.each(WHOLE)('asks it no more after %s while writing back, and settles the rest alike', async (code) => {
    const world = new ObjectWorld();
    await world.find(...KEYS);
    await world.process(await world.claim());
    const ids = world.writebackQueue.take().map((message) => message.objectId);
    const asked = refuse(world, 'put', code);
    await world.writeBack(ids);
    expect(asked.calls).toBeLessThanOrEqual(2);
    expect(new Set(Object.values(world.states()))).toEqual(new Set([code]));
    expect(world.staging.openStreams).toBe(0);
  });

  it.each(OF_ONE_OBJECT)('asks for every object after %s, which may be of one only', async (code) => {
    const world = new ObjectWorld();
    await world.find(...KEYS);
    const asked = refuse(world, 'head', code);
    await world.process(await world.claim());
    expect(asked.calls).toBe(KEYS.length);
  });

  it('is asked again by the next batch', async () => {
    const world = new ObjectWorld();
    await world.find(...KEYS);
    const ids = await world.claim();
    refuse(world, 'head', 'upstream_timeout');
    await world.process(ids.slice(0, 3));
    world.faults = () => null;
    await world.process(ids.slice(3));
    expect(Object.values(world.states()).toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'staged'),
      ...Array.from({ length: 3 }, () => 'upstream_timeout'),
    ]);
  });
});
