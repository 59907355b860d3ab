import type { OverwritePolicy } from '@sluice/shared';
import type { ObjectSummary } from '../ports/bucket.ts';
import type { DryRunRule } from '../ports/dry-runs.ts';
import type { IntegrationConfig } from '../ports/ledger.ts';
import { outputKey } from '../writeback/output-key.ts';

/** So many names are watched; beyond, the count says "at least". */
const MAX_WATCHED = 500;
const MAX_SAMPLES = 5;

export interface SameOutputState {
  /** Result names that two sources might have, with the sources seen so far. */
  readonly watched: Readonly<Record<string, readonly string[]>>;
  readonly isAtLeast: boolean;
}

/** The rule that governs a key: the longest prefix it begins with. */
export const ruleFor = <Rule extends { readonly prefix: string }>(
  rules: readonly Rule[],
  key: string,
): Rule | null => {
  let best: Rule | null = null;
  for (const rule of rules) {
    if (key.startsWith(rule.prefix) && rule.prefix.length > (best?.prefix.length ?? -1)) best = rule;
  }
  return best;
};

/**
 * Finds documents whose results would get the same name. Names mirror the input tree, so only a rule's sub-folder can lead two
 * documents to one place; which ones is computed from the rules, and only those few names are remembered.
 */
export class SameOutput {
  readonly #integration: Pick<IntegrationConfig, 'inputPrefix' | 'outputPrefix' | 'overwritePolicy'>;
  readonly #rules: readonly DryRunRule[];
  /** Where rules lead, and nowhere. */
  readonly #subfolders: readonly string[];
  readonly #watched: Map<string, string[]>;
  #isAtLeast: boolean;

  constructor(
    integration: Pick<IntegrationConfig, 'inputPrefix' | 'outputPrefix' | 'overwritePolicy'>,
    rules: readonly DryRunRule[],
    state: SameOutputState = { watched: {}, isAtLeast: false },
  ) {
    this.#integration = integration;
    this.#rules = rules;
    this.#subfolders = [...new Set(['', ...rules.map(({ outputSubfolder }) => outputSubfolder ?? '')])];
    this.#watched = new Map(Object.entries(state.watched).map(([name, keys]) => [name, [...keys]]));
    this.#isAtLeast = state.isAtLeast;
  }

  add(object: ObjectSummary): void {
    if (this.#subfolders.length === 1 || !this.#hasRival(object.key)) return;
    const name = this.#nameOf(object);
    if (name === null) return;
    const keys = this.#watched.get(name);
    if (keys !== undefined) {
      // Only whether there are two matters; a name has one source a sub-folder at most.
      keys.push(object.key);
      return;
    }
    if (this.#watched.size >= MAX_WATCHED) this.#isAtLeast = true;
    else this.#watched.set(name, [object.key]);
  }

  /** Whether the rules could lead another key to the place of this one. */
  #hasRival(key: string): boolean {
    const { inputPrefix } = this.#integration;
    const place = `${ruleFor(this.#rules, key)?.outputSubfolder ?? ''}${key.slice(inputPrefix.length)}`;
    return this.#subfolders.some((subfolder) => {
      if (!place.startsWith(subfolder)) return false;
      const rival = `${inputPrefix}${place.slice(subfolder.length)}`;
      return rival !== key && (ruleFor(this.#rules, rival)?.outputSubfolder ?? '') === subfolder;
    });
  }

  /** Null when the name would be too long: then there is no result. */
  #nameOf({ key, etag, sizeBytes }: ObjectSummary): string | null {
    const rule = ruleFor(this.#rules, key);
    const overwritePolicy: OverwritePolicy = rule?.overwritePolicy ?? this.#integration.overwritePolicy;
    try {
      return outputKey(
        this.#integration,
        { key, etag, sizeBytes, overwritePolicy, outputSubfolder: rule?.outputSubfolder ?? null },
        'pdf',
      );
    } catch {
      return null;
    }
  }

  result(): {
    outputKeys: number;
    isAtLeast: boolean;
    samples: { outputKey: string; keys: string[] }[];
  } {
    const shared = [...this.#watched].filter(([, keys]) => keys.length > 1);
    return {
      outputKeys: shared.length,
      isAtLeast: this.#isAtLeast,
      samples: shared
        .slice(0, MAX_SAMPLES)
        .map(([name, keys]) => ({ outputKey: name, keys: keys.slice(0, 5) })),
    };
  }

  state(): SameOutputState {
    return { watched: Object.fromEntries(this.#watched), isAtLeast: this.#isAtLeast };
  }
}
