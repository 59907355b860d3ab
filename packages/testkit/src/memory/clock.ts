import type { Clock, Wait } from '@sluice/core';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that passes only when it is told to. */
export class VirtualClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(startMs = Date.parse('2026-11-01T00:00:00Z')) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** Lets time pass, waking who is due, in order. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const next = this.#sleepers
        .filter((sleeper) => sleeper.at <= until)
        .toSorted((a, b) => a.at - b.at)
        .at(0);
      if (next === undefined) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#now = until;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#sleepers.length;
  }

  /** As the core's {@link Wait}. */
  readonly wait: Wait = async (delayMs, signal) =>
    new Promise((resolve) => {
      const sleeper = { at: this.#now + delayMs, wake: resolve };
      this.#sleepers.push(sleeper);
      const give = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      if (signal.aborted) give();
      else signal.addEventListener('abort', give);
    });

  /**
   * Runs `work` to its end, letting time jump to whatever it waits for as soon as nothing else moves. For work on fakes
   * alone: what waits for a socket moves outside of this clock.
   */
  async run<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const settled = () => {
      isDone = true;
    };
    work.then(settled, settled);
    for (;;) {
      for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
      if (isDone) return await work;
      const next = this.#sleepers.toSorted((a, b) => a.at - b.at).at(0);
      if (next === undefined) throw new Error('Nothing moves, and nothing waits for time.');
      this.advance(next.at - this.#now);
    }
  }
}
