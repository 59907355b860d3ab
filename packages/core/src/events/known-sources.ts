import type { Clock } from '../ports/engine.ts';
import type { EventSource } from '../ports/events.ts';

const MAX_SOURCES = 1_000;
const MAX_AGE_MS = 60_000;

/**
 * The sources whose deliveries were recorded of late, so that a stream of them need not ask the database twice each. What is
 * remembered may be out of date, so it is good for a yes only: the write checks the revision, the state and the secret again,
 * and a delivery that would be refused is judged anew by what holds now.
 */
export class KnownSources {
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly source: EventSource; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(integrationId: string): EventSource | undefined {
    const known = this.#known.get(integrationId);
    return known !== undefined && known.until > this.#clock.now() ? known.source : undefined;
  }

  /** Keeps what was loaded just now; one that is kept already keeps its age. */
  keep(source: EventSource): void {
    const { id } = source.integration;
    if (this.#known.get(id)?.source === source) return;
    this.#known.delete(id);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MAX_SOURCES && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(id, { source, until: this.#clock.now() + MAX_AGE_MS });
  }

  forget(integrationId: string): void {
    this.#known.delete(integrationId);
  }
}
