import { asSluiceError, type ConnectionCheck, SluiceError } from '@sluice/shared';
import type { Clock, Wait } from '../ports/engine.ts';
import { withinTime } from '../within-time.ts';

export type CheckName = ConnectionCheck['name'];

const ORDER: readonly CheckName[] = [
  'endpoint',
  'credentials',
  'list',
  'read',
  'write',
  'read_back',
  'delete',
];

/** All checks together, less than the 8 s that are promised: reading and recording take their time as well. */
const OVERALL_MS = 7_500;
const CHECK_MS = 5_000;

/** The result of a step, and what it took. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T; readonly durationMs: number }
  | { readonly ok: false; readonly error: SluiceError; readonly durationMs: number };

const blank = { durationMs: 0, code: null, providerCode: null, owner: null, remedy: null };

/** The checks of one connection test as they come in, and the time that is left for more. */
export class CheckList {
  readonly #checks = new Map<CheckName, ConnectionCheck>();
  readonly #clock: Clock;
  readonly #wait: Wait;
  readonly #deadline: number;

  constructor(clock: Clock, wait: Wait) {
    this.#clock = clock;
    this.#wait = wait;
    this.#deadline = clock.now() + OVERALL_MS;
  }

  /** Milliseconds the next step may take when `reserveMs` are to be left after it; 0 when there is no time for it. */
  timeLeft(reserveMs = 0): number {
    return Math.max(0, Math.min(CHECK_MS, this.#deadline - this.#clock.now() - reserveMs));
  }

  /** Runs a step within its time. Never throws. */
  async attempt<T>(
    work: (signal: AbortSignal) => Promise<T>,
    limitMs: number = this.timeLeft(),
  ): Promise<Attempt<T>> {
    const startedAt = this.#clock.now();
    const durationMs = () => Math.max(0, Math.round(this.#clock.now() - startedAt));
    const expired = () =>
      new SluiceError('upstream_timeout', {
        detail: `There was no answer within ${(limitMs / 1000).toFixed(1)} seconds.`,
      });
    try {
      const value = await withinTime(limitMs, this.#wait, expired, work);
      return { ok: true, value, durationMs: durationMs() };
    } catch (thrown) {
      return { ok: false, error: asSluiceError(thrown), durationMs: durationMs() };
    }
  }

  passed(name: CheckName, message: string, durationMs = 0): void {
    this.#checks.set(name, { ...blank, name, outcome: 'passed', durationMs, message });
  }

  skipped(name: CheckName, message: string): void {
    this.#checks.set(name, { ...blank, name, outcome: 'skipped', message });
  }

  failed(name: CheckName, error: SluiceError, durationMs: number, addition = ''): void {
    this.#checks.set(name, {
      name,
      outcome: 'failed',
      durationMs,
      code: error.code,
      providerCode: error.providerCode ?? null,
      message: `${error.message}${addition}`,
      owner: error.entry.owner,
      remedy: error.entry.remedy,
    });
  }

  hasPassed(...names: CheckName[]): boolean {
    return names.some((name) => this.#checks.get(name)?.outcome === 'passed');
  }

  /** For checks there is no time left for. */
  outOfTime(...names: CheckName[]): void {
    for (const name of names) {
      this.skipped(name, 'Not tried, because the checks before took all the time there is.');
    }
  }

  /** Every check, in order; those never tried say why. */
  finish(): readonly ConnectionCheck[] {
    const untried = ORDER.filter((name) => !this.#checks.has(name));
    for (const name of untried) this.skipped(name, 'Not tried, because an earlier check failed.');
    return ORDER.flatMap((name) => this.#checks.get(name) ?? []);
  }
}
