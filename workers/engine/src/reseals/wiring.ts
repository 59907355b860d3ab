import type { ResealContext } from '@sluice/core';
import { createResealLedger } from '@sluice/db';
import type { ResealMessage } from '@sluice/shared';
import type { Vault } from '@sluice/vault';
import { logOf } from '../log.ts';
import { resealSecrets } from './reseal-secrets.ts';

type Client = Parameters<typeof createResealLedger>[0];

/** What the engine's doors need to reseal. */
export interface Reseals extends ResealContext {
  /** A hint that there is a run to work on. */
  readonly hint: (runId: string) => Promise<void>;
}

export const resealsOf = (client: Client, vault: Vault, queue: Queue<ResealMessage>): Reseals => ({
  ledger: createResealLedger(client),
  target: vault.current,
  reseal: resealSecrets(vault),
  clock: { now: () => Date.now() },
  log: logOf('reseal'),
  settings: {
    // The keyring is at hand and may have them all at once; KMS is a network away, and a Worker has six connections. A batch has to be
    // saved within the lease: 200 KMS calls, four at once, do even when each takes two seconds.
    ...(vault.current.keyId === 'local'
      ? { batch: 1_000, concurrency: 1_000 }
      : { batch: 100, concurrency: 4 }),
    leaseSeconds: 120,
    budgetMs: 60_000,
  },
  hint: async (runId) => {
    await queue.send({ version: 1, runId });
  },
});
