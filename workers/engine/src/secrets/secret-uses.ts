import type { Bucket, OpenBucket, SecretUpkeep } from '@sluice/core';

/** The database takes no more of one version either. */
const INTERVAL_MS = 60_000;

interface Use {
  readonly integrationId: string;
  readonly version: number;
  readonly at: number;
}

/**
 * Remembers which credentials work succeeded with, and hands that over with the counts of a batch, at most once a minute
 * for each. A Worker that is killed takes up to a minute of it along: "last used" is true to the minute.
 */
export class SecretUses {
  #unsent = new Map<string, Use>();
  readonly #sentAt = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Opens buckets whose calls are noted. What signs in by a role has no credentials of its own. */
  readonly noting =
    (openBucket: OpenBucket): OpenBucket =>
    async (stored) => {
      const bucket = await openBucket(stored);
      const version = stored.sealed['credentials']?.version;
      if (version === undefined) return bucket;
      const { id: integrationId } = stored.integration;
      const noted = async <T>(call: Promise<T>): Promise<T> => {
        const answer = await call;
        this.#unsent.set(`${integrationId} ${version}`, { integrationId, version, at: this.#now() });
        return answer;
      };
      const watched: Bucket = {
        ...bucket,
        listPage: (input) => noted(bucket.listPage(input)),
        head: (key, options) => noted(bucket.head(key, options)),
        get: (key, options) => noted(bucket.get(key, options)),
        put: (input) => noted(bucket.put(input)),
        delete: (key, signal) => noted(bucket.delete(key, signal)),
        presignGet: (key, seconds) => noted(bucket.presignGet(key, seconds)),
      };
      return watched;
    };

  /** Hands over what is due. Never throws: work goes before figures. */
  async flush(upkeep: Pick<SecretUpkeep, 'recordUse'>): Promise<void> {
    const now = this.#now();
    const due = [...this.#unsent].filter(
      ([name]) => now - (this.#sentAt.get(name) ?? Number.NEGATIVE_INFINITY) >= INTERVAL_MS,
    );
    if (due.length === 0) return;
    for (const [name] of due) {
      this.#unsent.delete(name);
      this.#sentAt.set(name, now);
    }
    try {
      await upkeep.recordUse(
        due.map(([, { integrationId, version, at }]) => ({
          integrationId,
          field: 'credentials' as const,
          version,
          secondsAgo: (now - at) / 1000,
        })),
      );
    } catch {
      // Kept for the next time, unless it was used again meanwhile.
      for (const [name, use] of due) {
        this.#sentAt.delete(name);
        if (!this.#unsent.has(name)) this.#unsent.set(name, use);
      }
    }
    // What has not been used for a while needs no place here.
    for (const [name, at] of this.#sentAt) if (now - at > 10 * INTERVAL_MS) this.#sentAt.delete(name);
  }
}
