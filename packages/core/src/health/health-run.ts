import { asSluiceError, type HealthCheck, type HealthOutcome, SluiceError } from '@sluice/shared';
import type { Clock, Wait } from '../ports/engine.ts';
import { systemWait, withinTime } from '../within-time.ts';

/** Sees the checks of a run as they end. What it throws is nobody's concern, so it must not. */
export interface CheckWatch<Name extends string> {
  /** Before the first: every check there will be, in the order they are told at the end. */
  begun(names: readonly Name[]): void;
  /** One has ended. A check may be told again, when a later one shows more: the last word holds. */
  told(check: HealthCheck<Name>): void;
}

interface HealthRunOptions<Name extends string> {
  /** Every check there is, in the order they are told. */
  readonly names: readonly Name[];
  /** All checks together. */
  readonly overallMs: number;
  /** One step. */
  readonly checkMs: number;
  readonly clock: Clock;
  /** Default: real time. */
  readonly wait?: Wait;
  readonly watch?: CheckWatch<Name>;
}

/** The result of a step, and what it took. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T; readonly durationMs: number }
  | { readonly ok: false; readonly error: SluiceError; readonly durationMs: number };

/** What is known better than the catalogue does. */
export interface Advice {
  /** After the error's own sentence. */
  readonly addition?: string;
  readonly remedy?: string;
  readonly statement?: Record<string, unknown> | null;
}

const blank = {
  durationMs: 0,
  code: null,
  providerCode: null,
  owner: null,
  remedy: null,
  statement: null,
} as const;

/**
 * Runs the checks of one thing within their time and tells every one of them, in order: those never tried say why.
 * Never throws; what `steps` throws fails the first check that was not told yet.
 */
export const runHealthChecks = async <Name extends string>(
  options: HealthRunOptions<Name>,
  steps: (run: HealthRun<Name>) => Promise<void>,
): Promise<HealthCheck<Name>[]> => {
  const run = new HealthRun(options);
  options.watch?.begun(options.names);
  try {
    await steps(run);
  } catch (thrown) {
    const first = run.untold()[0];
    if (first !== undefined) run.failed(first, asSluiceError(thrown));
  }
  return run.finish();
};

/** The checks of one run as they come in, and the time that is left for more. */
export class HealthRun<Name extends string> {
  readonly #checks = new Map<Name, HealthCheck<Name>>();
  readonly #options: HealthRunOptions<Name>;
  readonly #deadline: number;

  constructor(options: HealthRunOptions<Name>) {
    this.#options = options;
    this.#deadline = options.clock.now() + options.overallMs;
  }

  /** Milliseconds the next step may take when `reserveMs` are to be left after it; 0 when there is no time for it. */
  timeLeft(reserveMs = 0): number {
    const { checkMs, clock } = this.#options;
    return Math.max(0, Math.min(checkMs, this.#deadline - clock.now() - reserveMs));
  }

  /** Runs a step within its time. Never throws. */
  async attempt<T>(
    work: (signal: AbortSignal) => Promise<T>,
    limitMs: number = this.timeLeft(),
  ): Promise<Attempt<T>> {
    const { clock, wait = systemWait } = this.#options;
    const startedAt = clock.now();
    const durationMs = () => Math.max(0, Math.round(clock.now() - startedAt));
    const expired = () =>
      new SluiceError('upstream_timeout', {
        detail: `There was no answer within ${(limitMs / 1000).toFixed(1)} seconds.`,
      });
    try {
      const value = await withinTime(limitMs, wait, expired, work);
      return { ok: true, value, durationMs: durationMs() };
    } catch (thrown) {
      return { ok: false, error: asSluiceError(thrown), durationMs: durationMs() };
    }
  }

  passed(name: Name, message: string, durationMs = 0): void {
    this.#set({ ...blank, name, outcome: 'passed', durationMs, message });
  }

  skipped(name: Name, message: string, durationMs = 0): void {
    this.#set({ ...blank, name, outcome: 'skipped', durationMs, message });
  }

  failed(name: Name, error: SluiceError, durationMs = 0, advice: Advice = {}): void {
    this.#tell('failed', name, error, durationMs, advice);
  }

  /** It works, and something should be mended. */
  warned(name: Name, error: SluiceError, durationMs = 0, advice: Advice = {}): void {
    this.#tell('warning', name, error, durationMs, advice);
  }

  /** There is no time left to try it. What was not seen to work does not pass. */
  outOfTime(...names: Name[]): void {
    for (const name of names) {
      this.failed(
        name,
        new SluiceError('upstream_timeout', {
          detail: 'It was not tried, because the checks before took all the time there is.',
        }),
      );
    }
  }

  /** One check shows what another found. */
  sameAs(name: Name, other: Name): void {
    const check = this.#checks.get(other);
    if (check !== undefined) this.#set({ ...check, name });
  }

  told(name: Name): HealthCheck<Name> | null {
    return this.#checks.get(name) ?? null;
  }

  hasPassed(...names: Name[]): boolean {
    return names.some((name) => this.told(name)?.outcome === 'passed');
  }

  untold(): readonly Name[] {
    return this.#options.names.filter((name) => !this.#checks.has(name));
  }

  /** Every check, in order; those never tried say why. */
  finish(): HealthCheck<Name>[] {
    for (const name of this.untold()) this.skipped(name, 'Not tried, because an earlier check failed.');
    return this.#options.names.flatMap((name) => this.#checks.get(name) ?? []);
  }

  #set(check: HealthCheck<Name>): void {
    this.#checks.set(check.name, check);
    this.#options.watch?.told(check);
  }

  #tell(outcome: HealthOutcome, name: Name, error: SluiceError, durationMs: number, advice: Advice): void {
    this.#set({
      name,
      outcome,
      durationMs,
      code: error.code,
      providerCode: error.providerCode ?? null,
      message: `${error.message}${advice.addition ?? ''}`,
      owner: error.entry.owner,
      remedy: advice.remedy ?? error.entry.remedy,
      statement: advice.statement ?? null,
    });
  }
}
