import { SluiceError } from '@sluice/shared';
import type { Kernel } from '../time/kernel.ts';
import type { Weather } from './weather.ts';
import type { Worker } from './worker.ts';

export type Port = 'ledger' | 'bucket' | 'queue' | 'staging' | 'processor';

/** Whom a port belongs to, where its weather is its own. */
export type Place = string | null;

/**
 * A port as a Worker reaches it: over a network. Every call takes time both ways, and may be lost on either; at each end of each the
 * Worker may be killed. Nothing is answered to a Worker that is gone, but what it had sent may arrive all the same.
 */
export const connect = <T extends object>(
  kernel: Kernel,
  weather: Weather,
  worker: Worker,
  port: Port,
  target: T,
  place: Place = null,
): T =>
  new Proxy(target, {
    get: (of, name) => {
      const value: unknown = Reflect.get(of, name, of);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) =>
        call(kernel, weather, worker, { port, place, method: String(name) }, signalOf(args), async () => {
          const answer: unknown = await Reflect.apply(value, of, args);
          return answer;
        });
    },
  });

const call = async (
  kernel: Kernel,
  weather: Weather,
  worker: Worker,
  { port, place, method }: { readonly port: Port; readonly place: Place; readonly method: string },
  signal: AbortSignal | undefined,
  work: () => Promise<unknown>,
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    if (!worker.isAlive) return;
    const fate = weather.fateOf(port, place);
    const met = (answer: unknown): void => weather.note(`${port}.${method}`, fate, answer);
    const cancelled = (): void => reject(new SluiceError('unavailable', { detail: 'Cancelled.' }));
    if (signal?.aborted === true) {
      cancelled();
      return;
    }
    signal?.addEventListener('abort', cancelled, { once: true });
    const answer = (give: () => void): void => {
      kernel.after(fate.answerMs, () => {
        if (!worker.isAlive) return;
        if (fate.crash === 'answered') worker.kill();
        else give();
      });
    };
    kernel.after(fate.requestMs, async () => {
      if (!worker.isAlive && !fate.isPersistent) return;
      if (fate.crash === 'asked') {
        met('nothing');
        worker.kill();
        return;
      }
      const { error } = fate;
      if (error !== null && !fate.isDone) {
        met('nothing');
        answer(() => reject(error));
        return;
      }
      try {
        const result = await work();
        met(result);
        answer(() => (error === null ? resolve(result) : reject(error)));
      } catch (thrown) {
        met(thrown);
        answer(() => reject(thrown));
      }
    });
  });

/** Where the ports of the core take a signal: beside the other options. */
const signalOf = (args: readonly unknown[]): AbortSignal | undefined => {
  for (const arg of args) {
    if (typeof arg !== 'object' || arg === null || !('signal' in arg)) continue;
    if (arg.signal instanceof AbortSignal) return arg.signal;
  }
  return undefined;
};
