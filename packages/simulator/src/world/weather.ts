import { type ErrorCode, SluiceError } from '@sluice/shared';
import type { SeededRandom } from '../time/random.ts';
import type { Place, Port } from './network.ts';

/** What becomes of one call. */
interface Fate {
  readonly requestMs: number;
  readonly answerMs: number;
  readonly crash: 'asked' | 'answered' | null;
  readonly error: Error | null;
  /** What failed was done all the same, and only the answer lost. */
  readonly isDone: boolean;
  /** It arrives though its sender is gone. */
  readonly isPersistent: boolean;
}

/** Probabilities of one call. */
export interface Climate {
  readonly crash: number;
  readonly ledger: number;
  readonly bucket: number;
  readonly queue: number;
  /** Calls that take seconds, on either way. */
  readonly drag: number;
  /** Answers that take minutes. */
  readonly stall: number;
  /** How often the parts of ours that are counted as our own fault may fail in all: five failures never give an object up. */
  readonly ownFaults: number;
}

export type BucketMood = 'well' | 'slow' | 'failing' | 'down' | 'denying' | 'throttling';

const CODES: Readonly<Record<BucketMood, readonly ErrorCode[]>> = {
  well: ['upstream_unavailable', 'upstream_timeout'],
  slow: ['upstream_timeout'],
  failing: [
    'upstream_unavailable',
    'upstream_timeout',
    'upstream_invalid',
    'throttled',
    'endpoint_unreachable',
  ],
  down: ['endpoint_unreachable', 'upstream_timeout'],
  denying: ['access_denied'],
  throttling: ['throttled'],
};

const FAILS: Readonly<Record<BucketMood, number>> = {
  well: 0,
  slow: 0.02,
  failing: 0.3,
  down: 1,
  denying: 1,
  throttling: 0.6,
};

/** Calls that take longer than this are given up by the client that made them. */
const CLIENT_TIMEOUT_MS = 30_000;

/** An answer without its particulars: of a ledger, where its rows stood. */
const kindOf = (answer: unknown): string => {
  if (answer instanceof SluiceError) return answer.code;
  if (Array.isArray(answer)) return answer.length === 0 ? 'none' : 'some';
  if (typeof answer === 'number') return answer === 0 ? '0' : 'some';
  // Links and the like are words of their own each time.
  if (typeof answer === 'string') return /^[a-z_]+$/.test(answer) ? answer : 'text';
  if (typeof answer !== 'object' || answer === null) return String(answer);
  if ('outcome' in answer) return String(answer.outcome);
  if ('objects' in answer) return kindOf(answer.objects);
  const counts = Object.entries(answer).filter(([, value]) => typeof value === 'number' && value > 0);
  return counts.length === 0 ? 'nothing new' : counts.map(([name]) => name).join(' ');
};

/** What goes wrong, by chance, until it is told to be calm. */
export class Weather {
  readonly #random: SeededRandom;
  readonly #climate: Climate;
  readonly #moods = new Map<string, BucketMood>();
  /** What was met with: of each call, what became of it and what it came upon. */
  readonly met = new Set<string>();
  #isCalm = false;
  #ownFaults: number;

  constructor(random: SeededRandom, climate: Climate) {
    this.#random = random;
    this.#climate = climate;
    this.#ownFaults = climate.ownFaults;
  }

  /** From now on everything works. */
  calm(): void {
    this.#isCalm = true;
    this.#moods.clear();
  }

  get isCalm(): boolean {
    return this.#isCalm;
  }

  setMood(place: string, mood: BucketMood): void {
    if (!this.#isCalm) this.#moods.set(place, mood);
  }

  /** Something of ours that would count against an object fails now. */
  ownFault(probability: number): boolean {
    if (this.#isCalm || this.#ownFaults <= 0 || !this.#random.chance(probability)) return false;
    this.#ownFaults -= 1;
    return true;
  }

  note(call: string, { crash, error, isDone, isPersistent, answerMs }: Fate, answer: unknown): void {
    const fault = [
      crash === null ? '' : `killed when ${crash}${isPersistent ? '' : ', and its request with it'}`,
      error === null ? '' : isDone ? 'answer lost' : 'failed',
      answerMs > CLIENT_TIMEOUT_MS ? 'stood still' : '',
    ];
    this.met.add([call, ...fault.filter((part) => part !== ''), kindOf(answer)].join('; '));
  }

  fateOf(port: Port, place: Place): Fate {
    const random = this.#random;
    const mood = place === null ? 'well' : (this.#moods.get(place) ?? 'well');
    const way = (): number => 1 + 40 * random.next() ** 2;
    const fate = {
      requestMs: way(),
      answerMs: way(),
      crash: null,
      error: null,
      isDone: false,
      isPersistent: true,
    };
    if (this.#isCalm) return fate;
    const { crash, stall, drag } = this.#climate;
    const slowness = mood === 'slow' ? 8_000 : random.chance(drag) ? 20_000 : 0;
    const isAskedSlowly = random.chance(0.5);
    const error = this.#errorOf(port, mood);
    const isHanging = error !== null && random.chance(0.2);
    return {
      ...fate,
      requestMs: fate.requestMs + (isAskedSlowly ? slowness * random.next() : 0),
      // A Worker that stands still: its lease may run out meanwhile.
      answerMs: random.chance(stall)
        ? 600_000 * random.next()
        : isHanging
          ? CLIENT_TIMEOUT_MS
          : fate.answerMs + (isAskedSlowly ? 0 : slowness * random.next()),
      crash: random.chance(crash) ? (random.chance(0.5) ? 'asked' : 'answered') : null,
      error,
      // What is refused is refused before it is done.
      isDone: random.chance(0.4) && mood !== 'denying' && mood !== 'throttling',
      isPersistent: random.chance(0.5),
    };
  }

  #errorOf(port: Port, mood: BucketMood): Error | null {
    const random = this.#random;
    const { ledger, bucket, queue } = this.#climate;
    switch (port) {
      case 'ledger':
        return random.chance(ledger) ? new SluiceError('unavailable') : null;
      case 'queue':
        return random.chance(queue) ? new Error('The queue does not answer.') : null;
      case 'bucket':
        return random.chance(Math.max(bucket, FAILS[mood]))
          ? new SluiceError(random.pick(CODES[mood]))
          : null;
      case 'staging':
      case 'processor':
        return this.ownFault(0.03) ? new Error(`The ${port} does not answer.`) : null;
    }
  }
}
