import type { Change } from '../bucket/sim-bucket.ts';
import type { EventHabits } from '../plan/event-habits.ts';
import type { Kernel } from '../time/kernel.ts';
import type { SeededRandom } from '../time/random.ts';
import type { SimEngine } from './engine.ts';
import type { Weather } from './weather.ts';

/** A sender tries again after so long, and then gives up. */
const RETRIES_MS = [10_000, 60_000, 600_000];

/** The provider's side of events: it tells of every write, more or less. */
export class Notifier {
  readonly #kernel: Kernel;
  readonly #weather: Weather;
  readonly #random: SeededRandom;
  readonly #engine: SimEngine;
  readonly #integrationId: string;
  readonly #habits: EventHabits;
  #waiting: Change[] = [];
  #deliveries = 0;

  constructor(
    parts: {
      readonly kernel: Kernel;
      readonly weather: Weather;
      readonly random: SeededRandom;
      readonly engine: SimEngine;
    },
    integrationId: string,
    habits: EventHabits,
  ) {
    this.#kernel = parts.kernel;
    this.#weather = parts.weather;
    this.#random = parts.random;
    this.#engine = parts.engine;
    this.#integrationId = integrationId;
    this.#habits = habits;
  }

  /** Nothing is told of what happens now, though it may be of what happened before. */
  tell(change: Change): void {
    const random = this.#random;
    const { loses, doubles, delays } = this.#habits;
    if (random.chance(loses)) return;
    const copies = random.chance(doubles) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const delayMs = random.chance(delays) ? 3_600_000 * random.next() ** 3 : 1_000 * random.next();
      this.#kernel.after(delayMs, () => {
        this.#waiting.push(change);
        if (this.#waiting.length === 1) this.#kernel.after(500 * random.next(), () => this.#flush());
      });
    }
  }

  #flush(): void {
    const waiting = this.#random.shuffled(this.#waiting);
    this.#waiting = [];
    while (waiting.length > 0) {
      const changes = waiting.splice(0, this.#random.whole(1, 4));
      this.#deliveries += 1;
      const id = `delivery-${this.#deliveries}`;
      void this.#deliver(changes, id, 0);
      // The same delivery once more: its answer was lost on the way, say.
      if (!this.#weather.isCalm && this.#random.chance(this.#habits.doubles))
        void this.#deliver(changes, id, 0);
    }
  }

  async #deliver(changes: readonly Change[], id: string, attempt: number): Promise<void> {
    const body = new TextEncoder().encode(JSON.stringify(this.#bodyOf(changes)));
    const { integrationId } = { integrationId: this.#integrationId };
    const delivery = { integrationId, headers: {}, body, requestId: id };
    const ending = await this.#engine.receive(delivery, id, this.#kernel.now());
    const delayMs = RETRIES_MS[attempt];
    if (ending === 'done' || delayMs === undefined) return;
    this.#kernel.after(delayMs, () => this.#deliver(changes, id, attempt + 1));
  }

  #bodyOf(changes: readonly Change[]): unknown {
    const { form, hasSequencer } = this.#habits;
    const bucket = 'bucket';
    switch (form) {
      case 'r2':
        return changes.map(({ object, at }) => ({
          account: 'a'.repeat(32),
          action: 'PutObject',
          bucket,
          object: { key: object.key, size: object.sizeBytes, eTag: object.etag },
          eventTime: new Date(at).toISOString(),
        }));
      case 'b2':
        return {
          events: changes.map(({ object, at }) => ({
            eventType: 'b2:ObjectCreated:Upload',
            bucketName: bucket,
            eventTimestamp: at,
            objectName: object.key,
            objectSize: object.sizeBytes,
          })),
        };
      case 's3':
        return {
          Records: changes.map(({ object, at, sequence }) => ({
            eventName: 'ObjectCreated:Put',
            eventTime: new Date(at).toISOString(),
            s3: {
              bucket: { name: bucket },
              object: {
                key: encodeURIComponent(object.key).replaceAll('%20', '+'),
                size: object.sizeBytes,
                eTag: object.etag,
                ...(hasSequencer ? { sequencer: sequence.toString(16).padStart(16, '0') } : {}),
              },
            },
          })),
        };
    }
  }
}
