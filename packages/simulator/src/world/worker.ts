import type { Clock } from '@sluice/core';
import type { Kernel } from '../time/kernel.ts';

export type Ending = 'done' | 'failed' | 'killed';

/**
 * One invocation of a Worker. Killed, it never hears of anything again: what it was waiting for stays unanswered for ever, as with a
 * process that is gone. What it had sent already may still arrive.
 */
export class Worker {
  readonly name: string;
  readonly clock: Clock;
  readonly #kernel: Kernel;
  #isAlive = true;
  #onKill: (() => void) | null = null;

  constructor(kernel: Kernel, name: string, skewMs: number) {
    this.#kernel = kernel;
    this.name = name;
    this.clock = { now: () => kernel.now() + skewMs };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  kill(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#onKill?.();
  }

  /** The platform ends whatever takes longer than `limitMs`. */
  async run(limitMs: number, work: () => Promise<void>): Promise<Ending> {
    const ending = await new Promise<Ending>((resolve) => {
      this.#onKill = () => resolve('killed');
      const cancel = this.#kernel.after(limitMs, () => this.kill());
      const end = (how: Ending) => () => {
        cancel();
        resolve(how);
      };
      work().then(end('done'), end('failed'));
    });
    this.#isAlive = false;
    return ending;
  }
}
