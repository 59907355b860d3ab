import type { ListPage, ListPageInput, ObjectSummary } from '@sluice/core';
import { compareKeys } from '@sluice/shared';
import type { SeededRandom } from '../time/random.ts';

export interface ListingHabits {
  /** `collated`: as people sort names, start-after and all. `unordered`: by no order, and start-after means nothing. */
  readonly order: 'ordered' | 'collated' | 'unordered';
  /** The most keys of a page. */
  readonly maxPage: number;
  /** Pages that begin again with keys that were listed before. */
  readonly repeats: number;
  /** Pages that say they are the last and are not. */
  readonly truncates: number;
}

/** How a bucket is listed: in pages of any length, by the bytes of its keys or by no order at all, and not always truly. */
export class Listing {
  readonly #random: SeededRandom;
  readonly #habits: ListingHabits;
  readonly #objects: ReadonlyMap<string, { readonly summary: ObjectSummary }>;
  #isCalm = false;

  constructor(
    random: SeededRandom,
    habits: ListingHabits,
    objects: ReadonlyMap<string, { readonly summary: ObjectSummary }>,
  ) {
    this.#random = random;
    this.#habits = habits;
    this.#objects = objects;
  }

  calm(): void {
    this.#isCalm = true;
  }

  page({ prefix, startAfter = '', continuationToken, maxKeys = 1000 }: ListPageInput): ListPage {
    const { order, maxPage, repeats, truncates } = this.#habits;
    const rank = RANKS[order];
    const after = continuationToken ?? (order === 'unordered' ? '' : startAfter);
    const isRepeating = !this.#isCalm && after !== '' && this.#random.chance(repeats);
    const rest = [...this.#objects.values()]
      .map(({ summary }) => summary)
      .filter(({ key }) => key.startsWith(prefix))
      .filter(({ key }) => isRepeating || after === '' || compareKeys(rank(key), rank(after)) > 0)
      .toSorted((a, b) => compareKeys(rank(a.key), rank(b.key)));
    const length = Math.min(this.#random.whole(1, maxPage), maxKeys);
    const objects = rest.slice(0, length);
    const isLast = rest.length <= length || (!this.#isCalm && this.#random.chance(truncates));
    return { objects, continuationToken: isLast ? null : (objects.at(-1)?.key ?? null) };
  }
}

const collated = (key: string): string => `${key.toLowerCase()}\u0000${key}`;

/** FNV-1a: an order that is none. */
const scrambled = (key: string): string => {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${(hash >>> 0).toString(16).padStart(8, '0')}${key}`;
};

const RANKS = { ordered: (key: string) => key, collated, unordered: scrambled };
