import type { Clock, Wait } from '@sluice/core';

interface Task {
  readonly at: number;
  readonly order: number;
  readonly run: () => void | Promise<void>;
  isCancelled: boolean;
}

/**
 * Virtual time: a line of tasks, each run when everything before it has come to rest. Nothing waits for a real clock; what has to wait
 * for something real (a database, say) is announced with {@link external}, and time stands still meanwhile.
 */
export class Kernel implements Clock {
  #now: number;
  #order = 0;
  /** A binary heap by time, then by order of asking. */
  readonly #heap: Task[] = [];
  #external = 0;
  #wake: (() => void) | null = null;
  #failure: { readonly error: unknown } | null = null;
  /** Tasks run so far. */
  steps = 0;

  constructor(startMs: number) {
    this.#now = startMs;
  }

  readonly now = (): number => this.#now;

  /** Runs `run` after so many milliseconds. Returns what takes it back. */
  after(delayMs: number, run: Task['run']): () => void {
    const task: Task = {
      at: this.#now + Math.max(0, delayMs),
      order: this.#order++,
      run,
      isCancelled: false,
    };
    push(this.#heap, task);
    return () => {
      task.isCancelled = true;
    };
  }

  readonly sleep = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      this.after(delayMs, resolve);
    });

  /** As the core's {@link Wait}. */
  readonly wait: Wait = (delayMs, signal) =>
    new Promise((resolve) => {
      const cancel = this.after(delayMs, resolve);
      const give = (): void => {
        cancel();
        resolve();
      };
      if (signal.aborted) give();
      else signal.addEventListener('abort', give, { once: true });
    });

  /** Time stands still until this has come. */
  async external<T>(work: Promise<T>): Promise<T> {
    this.#external += 1;
    try {
      return await work;
    } finally {
      this.#external -= 1;
      this.#wake?.();
    }
  }

  /** Runs what is due up to `untilMs`, then lets time be that. */
  async runUntil(untilMs: number): Promise<void> {
    for (let next = this.#next(); next !== null && next.at <= untilMs; next = this.#next()) {
      await this.#runFirst();
    }
    this.#now = Math.max(this.#now, untilMs);
  }

  /** Runs until nothing is left to happen. */
  async runAll(): Promise<void> {
    while (this.#next() !== null) await this.#runFirst();
  }

  #next(): Task | null {
    while (this.#heap[0]?.isCancelled === true) pop(this.#heap);
    return this.#heap[0] ?? null;
  }

  async #runFirst(): Promise<void> {
    const task = pop(this.#heap);
    if (task === undefined) return;
    this.#now = Math.max(this.#now, task.at);
    this.steps += 1;
    const going = task.run();
    if (going instanceof Promise)
      going.catch((error: unknown) => {
        this.#failure ??= { error };
      });
    await settled();
    while (this.#external > 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await settled();
    }
    if (this.#failure !== null) throw this.#failure.error;
  }
}

/** After every promise that can go on has gone on. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

const isBefore = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

const push = (heap: Task[], task: Task): void => {
  let at = heap.push(task) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as Task;
    if (!isBefore(task, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = task;
};

const pop = (heap: Task[]): Task | undefined => {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Task, heap[child] as Task)) child += 1;
    const below = heap[child] as Task;
    if (!isBefore(below, last)) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
  return first;
};
