import { compareKeys } from '@sluice/shared';
import { classifyObject } from '../finding/classify-object.ts';
import { canHoldKey, ledgerKey } from '../finding/ledger-object.ts';
import type { ObjectSummary } from '../ports/bucket.ts';
import type { DryRunRule } from '../ports/dry-runs.ts';
import type { IntegrationConfig } from '../ports/ledger.ts';
import { FolderCounter, type FolderState } from './folder-counter.ts';
import { ruleFor, SameOutput, type SameOutputState } from './same-output.ts';

/** Objects and bytes. */
export interface Counted {
  objects: number;
  bytes: number;
}

const SAMPLES_PER_REASON = 5;
const LARGEST = 10;
const SAMPLE_CHARACTERS = 300;

/** What is counted so far: bounded however large the bucket, and JSON, so that a step can go on where another stopped. */
export interface TallyState {
  readonly listed: Counted;
  readonly wouldProcess: Counted;
  readonly skipped: Readonly<Record<string, Counted & { readonly sampleKeys: readonly string[] }>>;
  readonly rules: Readonly<Record<string, Counted>>;
  readonly largest: readonly { readonly key: string; readonly sizeBytes: number }[];
  readonly oldestMs: number | null;
  readonly newestMs: number | null;
  readonly lastKey: string;
  readonly isUnordered: boolean;
  readonly folders: FolderState;
  readonly sameOutput: SameOutputState;
}

type Integration = Pick<IntegrationConfig, 'inputPrefix' | 'outputPrefix' | 'overwritePolicy'>;

/** Counts what polling would do with the objects of a listing. */
export class Tally {
  readonly #integration: Integration;
  readonly #rules: readonly DryRunRule[];
  readonly #startFrom: string | null;
  readonly #listed: Counted;
  readonly #wouldProcess: Counted;
  readonly #skipped: Map<string, Counted & { sampleKeys: string[] }>;
  readonly #byRule: Map<string, Counted>;
  #largest: { readonly key: string; readonly sizeBytes: number }[];
  #oldestMs: number | null;
  #newestMs: number | null;
  #lastKey: string;
  #isUnordered: boolean;
  readonly #folders: FolderCounter;
  readonly #sameOutput: SameOutput;

  constructor(
    integration: Integration,
    rules: readonly DryRunRule[],
    startFrom: string | null,
    state: TallyState | null = null,
  ) {
    this.#integration = integration;
    this.#rules = rules;
    this.#startFrom = startFrom;
    this.#listed = { ...(state?.listed ?? NOTHING) };
    this.#wouldProcess = { ...(state?.wouldProcess ?? NOTHING) };
    this.#skipped = new Map(
      Object.entries(state?.skipped ?? {}).map(([code, count]) => [
        code,
        { ...count, sampleKeys: [...count.sampleKeys] },
      ]),
    );
    this.#byRule = new Map(Object.entries(state?.rules ?? {}).map(([id, count]) => [id, { ...count }]));
    this.#largest = [...(state?.largest ?? [])];
    this.#oldestMs = state?.oldestMs ?? null;
    this.#newestMs = state?.newestMs ?? null;
    this.#lastKey = state?.lastKey ?? '';
    this.#isUnordered = state?.isUnordered ?? false;
    this.#folders = new FolderCounter(state?.folders);
    this.#sameOutput = new SameOutput(integration, rules, state?.sameOutput);
  }

  get listedObjects(): number {
    return this.#listed.objects;
  }

  add(object: ObjectSummary): void {
    if (this.#lastKey !== '' && compareKeys(this.#lastKey, object.key) >= 0) this.#isUnordered = true;
    this.#lastKey = object.key;
    count(this.#listed, object);
    const reason = classifyObject(object, this.#integration.outputPrefix, this.#startFrom);
    if (reason === null) this.#addProcessed(object);
    else {
      const skipped = this.#skipped.get(reason) ?? { ...NOTHING, sampleKeys: [] };
      this.#skipped.set(reason, skipped);
      count(skipped, object);
      if (skipped.sampleKeys.length < SAMPLES_PER_REASON) skipped.sampleKeys.push(shown(object.key));
    }
  }

  #addProcessed(object: ObjectSummary): void {
    count(this.#wouldProcess, object);
    this.#addLargest(object);
    this.#folders.add(object.key);
    this.#sameOutput.add(object);
    const rule = ruleFor(this.#rules, object.key);
    if (rule !== null) {
      const counted = this.#byRule.get(rule.id) ?? { ...NOTHING };
      this.#byRule.set(rule.id, counted);
      count(counted, object);
    }
    const modifiedMs = Date.parse(object.lastModified);
    if (Number.isNaN(modifiedMs)) return;
    this.#oldestMs = Math.min(this.#oldestMs ?? modifiedMs, modifiedMs);
    this.#newestMs = Math.max(this.#newestMs ?? modifiedMs, modifiedMs);
  }

  #addLargest({ key, sizeBytes }: ObjectSummary): void {
    const smallest = this.#largest.at(-1);
    if (this.#largest.length === LARGEST && smallest !== undefined && smallest.sizeBytes >= sizeBytes) return;
    this.#largest = [...this.#largest, { key: shown(key), sizeBytes }]
      .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
      .slice(0, LARGEST);
  }

  /** What is shown of it, without the estimates. */
  result() {
    return {
      listed: { ...this.#listed },
      wouldProcess: { ...this.#wouldProcess },
      skipped: [...this.#skipped]
        .map(([code, skipped]) => ({ code, ...skipped, sampleKeys: [...skipped.sampleKeys] }))
        .toSorted((a, b) => b.objects - a.objects),
      largest: [...this.#largest],
      // Also those that govern nothing: that is news too.
      rules: this.#rules.map(({ id, prefix }) => ({
        ruleId: id,
        prefix,
        ...(this.#byRule.get(id) ?? NOTHING),
      })),
      sameOutput: this.#sameOutput.result(),
      folders: { count: this.#folders.state().count, isAtMost: this.#isUnordered },
      oldestModifiedAt: isoOf(this.#oldestMs),
      newestModifiedAt: isoOf(this.#newestMs),
    };
  }

  state(): TallyState {
    return {
      listed: { ...this.#listed },
      wouldProcess: { ...this.#wouldProcess },
      skipped: Object.fromEntries(this.#skipped),
      rules: Object.fromEntries(this.#byRule),
      largest: this.#largest,
      oldestMs: this.#oldestMs,
      newestMs: this.#newestMs,
      // What no database can hold is compared with nothing.
      lastKey: canHoldKey(this.#lastKey) ? this.#lastKey : '',
      isUnordered: this.#isUnordered,
      folders: this.#folders.state(),
      sameOutput: this.#sameOutput.state(),
    };
  }
}

const NOTHING: Readonly<Counted> = { objects: 0, bytes: 0 };

const count = (counted: Counted, { sizeBytes }: ObjectSummary): void => {
  counted.objects += 1;
  counted.bytes += sizeBytes;
};

/** A key as the database can hold it, and not longer than anybody reads. */
const shown = (key: string): string => ledgerKey(key).slice(0, SAMPLE_CHARACTERS).toWellFormed();

const isoOf = (epochMs: number | null): string | null =>
  epochMs === null ? null : new Date(epochMs).toISOString();
