import type { Wait } from './ports/engine.ts';

/** Time as it passes. */
export const systemWait: Wait = async (delayMs, signal) =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });

const EXPIRED = Symbol('expired');

/**
 * Runs `work` for at most `limitMs`. After that its signal is aborted, what becomes of it is ignored, and `expired()` is
 * thrown.
 */
export const withinTime = async <T>(
  limitMs: number,
  wait: Wait,
  expired: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const waiting = new AbortController();
  const working = new AbortController();
  try {
    const timer = wait(limitMs, waiting.signal).then((): typeof EXPIRED => EXPIRED);
    const first = await Promise.race([work(working.signal), timer]);
    if (first !== EXPIRED) return first;
    working.abort();
    throw expired();
  } finally {
    waiting.abort();
  }
};
