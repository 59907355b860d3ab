import type { Begun } from '../ports/ledger.ts';

/**
 * Begins objects one after another, each in a transaction of its own: beginning waits for whoever holds the object's row, and who waits
 * must hold no row that another waits for (events are recorded in another order than messages come in). One after another also lets the
 * ledger see what this batch has under way already, which matters to an integration that is tried with one document at a time.
 *
 * @returns what was begun, and the failures: an object that cannot be begun does not keep those that were from being worked on.
 */
export const beginEach = async <T>(
  objectIds: readonly string[],
  begin: (objectId: string) => Promise<Begun<T>>,
): Promise<Begun<T> & { readonly failures: readonly unknown[] }> => {
  const objects: T[] = [];
  const integrations: Record<string, Begun<T>['integrations'][string]> = {};
  const failures: unknown[] = [];
  for (const objectId of objectIds) {
    try {
      const begun = await begin(objectId);
      objects.push(...begun.objects);
      Object.assign(integrations, begun.integrations);
    } catch (error) {
      failures.push(error);
    }
  }
  return { objects, integrations, failures };
};
