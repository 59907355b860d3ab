import type { Queue } from '@sluice/core';
import type { Kernel } from '../time/kernel.ts';
import type { SeededRandom } from '../time/random.ts';
import type { Weather } from './weather.ts';
import type { Ending } from './worker.ts';

export interface QueueHabits {
  readonly loses: number;
  readonly doubles: number;
  /** Messages that come minutes or hours late. */
  readonly delays: number;
  readonly maxBatch: number;
}

const ATTEMPTS = 4;
const RETRY_MS = 30_000;

/** A queue as Cloudflare's are: at least once if at all, in no order, in batches, and again when its consumer fails. */
export class SimQueue<Message> implements Queue<Message> {
  readonly #kernel: Kernel;
  readonly #weather: Weather;
  readonly #random: SeededRandom;
  readonly #habits: QueueHabits;
  readonly #consume: (messages: readonly Message[]) => Promise<Ending>;
  #arrived: { readonly message: Message; readonly attempt: number }[] = [];

  constructor(
    kernel: Kernel,
    weather: Weather,
    random: SeededRandom,
    habits: QueueHabits,
    consume: (messages: readonly Message[]) => Promise<Ending>,
  ) {
    this.#kernel = kernel;
    this.#weather = weather;
    this.#random = random;
    this.#habits = habits;
    this.#consume = consume;
  }

  async sendBatch(messages: readonly Message[]): Promise<void> {
    const { loses, doubles } = this.#habits;
    for (const message of messages) {
      if (!this.#weather.isCalm && this.#random.chance(loses)) continue;
      this.#post(message, 1);
      if (!this.#weather.isCalm && this.#random.chance(doubles)) this.#post(message, 1);
    }
  }

  #post(message: Message, attempt: number, delayMs = this.#delay()): void {
    this.#kernel.after(delayMs, () => {
      this.#arrived.push({ message, attempt });
      if (this.#arrived.length === 1) this.#kernel.after(1_000 * this.#random.next(), () => this.#deliver());
    });
  }

  #delay(): number {
    if (this.#weather.isCalm || !this.#random.chance(this.#habits.delays)) return 100 * this.#random.next();
    return 7_200_000 * this.#random.next() ** 4;
  }

  async #deliver(): Promise<void> {
    const arrived = this.#random.shuffled(this.#arrived);
    this.#arrived = [];
    while (arrived.length > 0) {
      const batch = arrived.splice(0, this.#random.whole(1, this.#habits.maxBatch));
      void this.#hand(batch);
    }
  }

  async #hand(batch: readonly { readonly message: Message; readonly attempt: number }[]): Promise<void> {
    const ending = await this.#consume(batch.map(({ message }) => message));
    if (ending === 'done') return;
    for (const { message, attempt } of batch)
      if (attempt < ATTEMPTS) this.#post(message, attempt + 1, RETRY_MS);
  }
}
