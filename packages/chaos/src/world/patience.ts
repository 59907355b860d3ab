import { setTimeout as delay } from 'node:timers/promises';

/**
 * Does something until it is done: what it needs may be away, and come back.
 * @throws the last error, when it has not been done within `forMs`.
 */
export const untilDone = async <T>(work: () => Promise<T>, forMs: number, pauseMs = 300): Promise<T> => {
  const until = Date.now() + forMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() >= until) throw error;
      await delay(pauseMs);
    }
  }
};
