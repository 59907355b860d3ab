import { asSluiceError } from '@sluice/shared';
import type { Kernel } from '../../time/kernel.ts';
import type { Backend, BookRow } from '../backend.ts';
import type { MemoryBackend } from '../memory.ts';
import { Names } from './names.ts';
import type { PostgresBackend } from './postgres.ts';

/** Whose an answer is. */
export type Whose = 'ours' | 'theirs';

interface Question<T> {
  /** `of` puts the names of the one that is asked into a value. */
  readonly ask: (side: Backend, of: <V>(value: V) => V) => Promise<T>;
  /** What must be the same of an answer: all but names, instants and the order of what has none. Nothing if it is left out. */
  readonly view?: (answer: T, whose: Whose) => unknown;
  /** Before that: which names stand for the same. */
  readonly learn?: (ours: T, theirs: T) => void | Promise<void>;
}

/** Memory and PostgreSQL, asked the same at the same instant of the same clock. What memory answers counts; what differs is noted. */
export class Both {
  /** Where the two differ, and what PostgreSQL itself finds wrong. */
  readonly differences = new Set<string>();
  readonly names = new Names();
  readonly memory: MemoryBackend;
  readonly postgres: PostgresBackend;
  readonly #kernel: Kernel;
  readonly #setClock: (micros: number) => Promise<void>;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    kernel: Kernel,
    memory: MemoryBackend,
    postgres: PostgresBackend,
    setClock: (micros: number) => Promise<void>,
  ) {
    this.#kernel = kernel;
    this.memory = memory;
    this.postgres = postgres;
    this.#setClock = setClock;
  }

  /** One question at a time: virtual time stands still until both have answered. */
  ask<T>(what: string, { ask, view = () => null, learn }: Question<T>): Promise<T> {
    const inTurn = this.#turn.then(async () => {
      await this.#setClock(this.memory.database.now());
      const ours = await settled(ask(this.memory, (value) => value));
      const theirs = await settled(ask(this.postgres, (value) => this.names.translated(value)));
      const at = `${what} at ${new Date(this.#kernel.now()).toISOString()}`;
      if ('answer' in ours && 'answer' in theirs) {
        await learn?.(ours.answer, theirs.answer);
        this.#compare(at, view(ours.answer, 'ours'), view(theirs.answer, 'theirs'));
      } else this.#compare(at, codeOf(ours), codeOf(theirs));
      if ('error' in ours) throw ours.error;
      return ours.answer;
    });
    this.#turn = inTurn.catch(() => undefined);
    return this.#kernel.external(inTurn);
  }

  /** These two names stand for the same. */
  bind(what: string, ours: string, theirs: string): void {
    if (!this.names.bind(ours, theirs)) this.differences.add(`${what} ${ours} is another in PostgreSQL`);
  }

  /** Rows of the two ledgers are the same when key and version are; so are their jobs. */
  readonly bindRows = (ours: readonly BookRow[], theirs: readonly BookRow[]): void => {
    const known = new Map(ours.map((row) => [identityOf(row), row]));
    for (const row of theirs) {
      const own = known.get(identityOf(row));
      if (own === undefined) continue;
      this.bind('object', own.id, row.id);
      this.bind('job', own.jobId, row.jobId);
    }
  };

  /** The common name of what is named by one of the two. */
  named(name: string, whose: Whose): string {
    return whose === 'ours' ? name : this.names.ours(name);
  }

  #compare(at: string, ours: unknown, theirs: unknown): void {
    const [left, right] = [textOf(ours), textOf(theirs)];
    if (left !== right) this.differences.add(`${at}: memory ${left}, PostgreSQL ${right}`);
  }
}

/** The whole answer must be the same. */
export const whole = <T>(answer: T): T => answer;

export const byText = (a: unknown, b: unknown): number => (textOf(a) < textOf(b) ? -1 : 1);

/** The same for the same, in whatever order its fields come. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

const identityOf = ({ key, etag, sizeBytes }: BookRow): string => JSON.stringify([key, etag, sizeBytes]);

type Settled<T> = { readonly answer: T } | { readonly error: unknown };

const settled = async <T>(work: Promise<T>): Promise<Settled<T>> => {
  try {
    return { answer: await work };
  } catch (error) {
    return { error };
  }
};

const codeOf = (settledAs: Settled<unknown>): string =>
  'answer' in settledAs ? 'an answer' : asSluiceError(settledAs.error).code;
