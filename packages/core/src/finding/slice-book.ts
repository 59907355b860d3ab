import { compareKeys } from '@sluice/shared';
import type { StoredSlice } from '../ports/ledger.ts';
import { type PlannedSlice, planSlices } from './plan-slices.ts';

/** The slices of an integration as a run knows them, and which of them the database does not know yet. */
export class SliceBook {
  readonly #slices: Map<string, StoredSlice>;
  #unsaved = new Map<string, StoredSlice>();

  constructor(stored: readonly StoredSlice[]) {
    this.#slices = new Map(stored.map((slice) => [slice.startAfter, slice]));
  }

  store(slice: StoredSlice): void {
    this.#slices.set(slice.startAfter, slice);
    this.#unsaved.set(slice.startAfter, slice);
  }

  get unsavedCount(): number {
    return this.#unsaved.size;
  }

  /** What to save now; from here on it counts as saved. */
  takeUnsaved(): readonly StoredSlice[] {
    const unsaved = [...this.#unsaved.values()];
    this.#unsaved = new Map();
    return unsaved;
  }

  inOrder(): readonly StoredSlice[] {
    return [...this.#slices.values()].sort((a, b) => compareKeys(a.startAfter, b.startAfter));
  }

  /** What the current cycle has still to list. Together with what it has listed, the whole key space. */
  unlisted(): readonly PlannedSlice[] {
    return planSlices(this.inOrder()).filter((slice) => !slice.stored.isListed);
  }

  /** Everything is to be listed again; digests stay, so what is unchanged stays cheap. */
  beginAnew(): void {
    for (const slice of this.#slices.values()) if (slice.isListed) this.store({ ...slice, isListed: false });
  }
}
