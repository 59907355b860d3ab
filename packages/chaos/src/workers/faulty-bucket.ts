import { askGate, delay } from './ask-gate.ts';

/**
 * A binding to R2 that has faults: as its own do, they throw. A full disk cannot be made on every machine, so this stands for it:
 * nothing can be put, and what is there can be read.
 */
export const faultyBucket = (bucket: R2Bucket, gate: string): R2Bucket => {
  const around = async <T>(operation: 'put' | 'get', work: () => Promise<T>): Promise<T> => {
    const fault = await askGate(gate, { at: 'staging', operation });
    if (fault?.kind === 'latency') await delay(fault.ms);
    if (fault?.kind === 'lost_answer') await work();
    if (fault !== null && fault.kind !== 'latency')
      throw new Error(`${operation}: We encountered an internal error. Please try again. (10001)`);
    return work();
  };
  return new Proxy(bucket, {
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name);
      if (typeof own !== 'function') return own;
      const call = (...args: unknown[]): unknown => Reflect.apply(own, target, args);
      if (name === 'put' || name === 'get')
        return (...args: unknown[]) => around(name, async () => call(...args));
      return call;
    },
  });
};
