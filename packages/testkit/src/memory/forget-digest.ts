import { compareKeys } from '@sluice/shared';
import type { MemoryDatabase } from './database.ts';

/** What the listing showed is no longer so: the slice of this key is compared again even if it looks the same. */
export const forgetDigest = (database: MemoryDatabase, integrationId: string, key: string): void => {
  const covering = [...database.integration(integrationId).slices.values()]
    .filter((slice) => compareKeys(slice.startAfter, key) < 0)
    .toSorted((a, b) => compareKeys(a.startAfter, b.startAfter))
    .at(-1);
  if (covering !== undefined) covering.digest = null;
};
