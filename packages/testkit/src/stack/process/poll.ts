import { setTimeout as delay } from 'node:timers/promises';

export interface PollOptions {
  /** What is awaited, for the error's text. */
  what: string;
  timeoutMs: number;
  intervalMs?: number;
  /** Stops waiting at once, with this signal's reason. */
  signal?: AbortSignal;
}

/**
 * Asks `probe` until it gives something other than undefined or false.
 * @throws when the deadline passes, naming what was awaited and the last error of the probe.
 */
export async function pollUntil<T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  options: PollOptions,
): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  let lastError: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= deadline) {
      throw new Error(`${options.what}: not within ${options.timeoutMs} ms`, { cause: lastError });
    }
    await delay(options.intervalMs ?? 25);
  }
}
