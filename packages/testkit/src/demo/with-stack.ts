import { setTimeout as delay } from 'node:timers/promises';
import { startStack } from '../stack/stack.ts';
import type { Stack, StackOptions } from '../stack/stack-types.ts';

/** A part of the stack ended by itself; the rest was stopped. */
export class StackDied extends Error {
  override readonly name = 'StackDied';
}

/** How soon after work has failed for want of a part the death of that part is known. */
const NEWS_OF_A_DEATH_MS = 1_000;

/**
 * Starts a stack, works with it and stops it, however the work ends.
 * @throws `StackDied`; the signal's reason when it is aborted; else what the work throws.
 */
export async function withStack<T>(
  options: StackOptions,
  signal: AbortSignal,
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  const died = Promise.withResolvers<never>();
  died.promise.catch(() => undefined); // may come when nobody waits any more
  const stack = await startStack({
    ...options,
    onFatal: (error) => died.reject(new StackDied(error.message.split(':\n')[0], { cause: error })),
  });
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    return await Promise.race([work(stack), died.promise, aborted.promise]);
  } catch (error) {
    if (signal.aborted || error instanceof StackDied) throw error;
    // It may have failed because a part is gone: then that is the news. A stop that is under way is waited for.
    await Promise.race([died.promise, delay(NEWS_OF_A_DEATH_MS)]);
    await stack.stop();
    await Promise.race([died.promise, delay(0)]);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    await stack.stop();
  }
}
