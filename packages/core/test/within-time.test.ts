import { VirtualClock } from '@sluice/testkit/memory';
import { describe, expect, it } from 'vitest';
import { systemWait, withinTime } from '../src/within-time.ts';

const expired = () => new Error('expired');

describe('withinTime', () => {
  it('gives the result, and lets go of its timer', async () => {
    const clock = new VirtualClock();
    expect(await withinTime(100, clock.wait, expired, async () => 'done')).toBe('done');
    expect(clock.waiting).toBe(0);
    await expect(
      withinTime(100, clock.wait, expired, async () => Promise.reject(new Error('own'))),
    ).rejects.toThrow('own');
    expect(clock.waiting).toBe(0);
  });

  it('cancels the work when its time is up', async () => {
    const clock = new VirtualClock();
    let isCancelled = false;
    const work = withinTime(100, clock.wait, expired, async (signal) => {
      signal.addEventListener('abort', () => {
        isCancelled = true;
      });
      return new Promise<never>(() => undefined);
    });
    await expect(clock.run(work)).rejects.toThrow('expired');
    expect(isCancelled).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  it('ignores what becomes of the work afterwards', async () => {
    const clock = new VirtualClock();
    const work = withinTime(100, clock.wait, expired, async (signal) => {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
      });
      throw new Error('too late to matter');
    });
    await expect(clock.run(work)).rejects.toThrow('expired');
  });

  it('waits in real time where no other is given', async () => {
    await systemWait(1, new AbortController().signal);
    const aborted = new AbortController();
    const waiting = systemWait(3_600_000, aborted.signal);
    aborted.abort();
    await waiting;
    await systemWait(3_600_000, aborted.signal);
  });
});
