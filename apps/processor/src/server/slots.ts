/** Lets a number of documents be in work at once; a number of others wait for their turn, in order. */
export class Slots {
  readonly #size: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #admitted = 0;

  constructor(size: number, maxWaiting: number) {
    this.#size = size;
    this.#maxWaiting = maxWaiting;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#admitted - this.#running;
  }

  /** Whether nobody can be admitted just now. */
  get isFull(): boolean {
    return this.#admitted >= this.#size + this.#maxWaiting;
  }

  /**
   * A place among those that run or wait.
   *
   * @returns undefined when there is none; else what takes a slot when its turn has come, and gives all of it back
   */
  admit(): Place | undefined {
    if (this.isFull) return undefined;
    this.#admitted += 1;
    let isRunning = false;
    let isLeft = false;
    const start = (): void => {
      isRunning = true;
      this.#running += 1;
    };
    return {
      take: async (maxMs, signal) => {
        signal.throwIfAborted();
        if (this.#running < this.#size) start();
        else await this.#turn(start, maxMs, signal);
        signal.throwIfAborted();
        return isRunning;
      },
      leave: () => {
        if (isLeft) return;
        isLeft = true;
        this.#admitted -= 1;
        if (!isRunning) return;
        this.#running -= 1;
        this.#waiting.shift()?.();
      },
    };
  }

  async #turn(start: () => void, maxMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // The slot is taken by whoever gives it up, so that nobody comes in between.
    const turn = (): void => {
      start();
      resolve();
    };
    this.#waiting.push(turn);
    const giveUp = (): void => {
      const at = this.#waiting.indexOf(turn);
      if (at >= 0) this.#waiting.splice(at, 1);
      resolve();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    const patience = setTimeout(giveUp, maxMs);
    await promise;
    clearTimeout(patience);
    signal.removeEventListener('abort', giveUp);
  }
}

export interface Place {
  /**
   * @param maxMs to wait for
   * @returns whether its turn came in that time
   * @throws when the signal is aborted first
   */
  take(maxMs: number, signal: AbortSignal): Promise<boolean>;
  /** May be called twice. */
  leave(): void;
}
