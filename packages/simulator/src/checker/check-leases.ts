import type { Fact, Leased } from '../world/history.ts';
import type { Breach } from './evidence.ts';

/**
 * Work is done by one worker at a time: given to nobody else while a lease is in force, and done under no lease but the newest. What a
 * worker says that has lost its lease counts for nothing, however sure it is.
 */
export const checkLeases = (facts: readonly Fact[]): Breach[] => {
  const breaches: Breach[] = [];
  const wrong = (detail: string): void => {
    breaches.push({ promise: 'one worker at a time', detail });
  };
  const held = new Map<string, Leased>();
  const lost = new Set<string | undefined>();
  for (const fact of facts) {
    if (fact.kind === 'reclaimed') lost.add(held.get(fact.work)?.leaseId);
    if (fact.kind === 'believed') {
      if (held.get(fact.work)?.leaseId !== fact.leaseId || lost.has(fact.leaseId))
        wrong(`${fact.work}: a worker was believed that had lost its lease`);
      if (fact.isEnd) held.delete(fact.work);
    }
    if (fact.kind !== 'leased') continue;
    const before = held.get(fact.work);
    // A version that came back is another job; and a bucket is listed anew as soon as it is taken up again.
    if (
      before !== undefined &&
      before.jobId === fact.jobId &&
      fact.stage !== 'list' &&
      fact.at < before.until
    )
      wrong(`${nameOf(fact)} was given to two`);
    for (const other of held.values()) {
      const isSameKey = other.integrationId === fact.integrationId && other.key === fact.key;
      const areWriting = other.stage === 'write' && fact.stage === 'write';
      if (isSameKey && areWriting && other.work !== fact.work && fact.at < other.until)
        wrong(`two versions of ${fact.key} were written at once`);
    }
    held.set(fact.work, fact);
  }
  return breaches;
};

const nameOf = ({ key, stage, work }: Leased): string => `the lease to ${stage} ${key ?? work}`;
