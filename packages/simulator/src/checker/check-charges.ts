import type { Fact, Processed } from '../world/history.ts';
import type { Breach, IntegrationEvidence } from './evidence.ts';

/** Where nothing goes wrong, a message that comes twice makes no work twice. */
export const checkWork = (facts: readonly Fact[]): Breach[] => {
  const jobs = new Map<string, string | null>();
  const runs = new Map<string, number>();
  const breaches: Breach[] = [];
  for (const fact of facts) {
    if (fact.kind === 'leased') jobs.set(fact.leaseId, fact.jobId);
    // What was given up is tried again when somebody has mended something.
    if (fact.kind === 'believed' && fact.outcome === 'failed') runs.delete(jobs.get(fact.leaseId) ?? '');
    if (fact.kind !== 'processed') continue;
    const times = (runs.get(fact.jobId) ?? 0) + 1;
    runs.set(fact.jobId, times);
    if (times > 1)
      breaches.push({
        promise: 'nothing is done twice',
        detail: `job ${fact.jobId} was processed ${times} times`,
      });
  }
  return breaches;
};

/** What was charged: once for each time a version came, and for each time somebody asked for it again. */
export const checkCharges = (
  { books, wish, startFrom }: IntegrationEvidence,
  facts: readonly Fact[],
  priceMicros: number,
  isLost: boolean,
): Breach[] => {
  const breaches: Breach[] = [];
  const made = new Map<string, Processed>();
  for (const fact of facts) {
    if (fact.kind !== 'processed') continue;
    made.set(fact.jobId, fact);
    if (fact.isOurs || fact.key.startsWith(wish.outputPrefix))
      breaches.push({ promise: 'results are never taken in', detail: fact.key });
  }
  const written = new Set(facts.flatMap((fact) => (fact.kind === 'written' ? fact.jobId : [])));
  const charged = new Map<string, number>();
  const jobs = new Set<string>();
  const results = resultsOf(facts);
  for (const { jobId, pages, amountMicros, isCredited } of books.charges) {
    const fact = made.get(jobId);
    // Another integration's, or made of nothing: its own integration's checker tells.
    if (fact === undefined) continue;
    if (jobs.has(jobId)) breaches.push({ promise: 'nothing is charged twice', detail: `job ${jobId}` });
    jobs.add(jobId);
    if (amountMicros !== pages * priceMicros)
      breaches.push({ promise: 'the books balance', detail: `${fact.key} costs ${amountMicros}` });
    const isResult = results.get(jobId);
    if (isResult === false && !isCredited)
      breaches.push({
        promise: 'the books balance',
        detail: `${fact.key} is lost and paid for: job ${jobId}`,
      });
    if (isResult === true && isCredited)
      breaches.push({
        promise: 'the books balance',
        detail: `${fact.key} is there and given back: job ${jobId}`,
      });
    if (isCredited) continue;
    const version = JSON.stringify([fact.key, fact.etag]);
    charged.set(version, (charged.get(version) ?? 0) + 1);
    if (pages !== fact.pages)
      breaches.push({
        promise: 'the books balance',
        detail: `${fact.key} has ${fact.pages} pages, charged ${pages}`,
      });
  }
  for (const jobId of written) {
    if (!jobs.has(jobId))
      breaches.push({
        promise: 'the books balance',
        detail: `the results of job ${jobId} were never charged`,
      });
  }
  const replays = facts.filter(({ kind }) => kind === 'replayed').length;
  const arrivals = arrivalsOf(facts, startFrom);
  for (const [version, times] of charged) {
    const most = (arrivals.get(version) ?? 0) + replays;
    if (times > most) {
      breaches.push({
        promise: 'nothing is charged twice',
        detail: `${version} came ${arrivals.get(version) ?? 0} times, was asked for again ${replays} times, and was charged ${times} times`,
      });
    }
  }
  // With its result lost and itself overwritten, the first version is gone, and the next is the first.
  if (wish.overwritePolicy === 'ignore' && !isLost) breaches.push(...checkFirstCounts(made, written));
  return breaches;
};

/** By job, whether what was staged is there. Not known of what was given up: taken up again it may come to nothing. */
const resultsOf = (facts: readonly Fact[]): ReadonlyMap<string, boolean> => {
  const jobs = new Map<string, string | null>();
  const results = new Map<string, boolean>();
  for (const fact of facts) {
    if (fact.kind === 'leased') jobs.set(fact.leaseId, fact.jobId);
    if (fact.kind !== 'believed') continue;
    const job = jobs.get(fact.leaseId);
    if (job === undefined || job === null) continue;
    if (fact.outcome === 'staged' || fact.outcome === 'written_back') results.set(job, true);
    if (fact.outcome === 'lost') results.set(job, false);
    if (fact.outcome === 'failed' || fact.outcome === 'dead') results.delete(job);
  }
  return results;
};

/** Of a key of which the first version counts, no second is written back. */
const checkFirstCounts = (
  made: ReadonlyMap<string, Processed>,
  written: ReadonlySet<string>,
): readonly Breach[] => {
  const versions = new Map<string, Set<string>>();
  for (const jobId of written) {
    const fact = made.get(jobId);
    if (fact !== undefined) versions.set(fact.key, (versions.get(fact.key) ?? new Set()).add(fact.etag));
  }
  return [...versions]
    .filter(([, etags]) => etags.size > 1)
    .map(([key, etags]) => ({
      promise: 'the first version stays',
      detail: `${etags.size} versions of ${key} were written back`,
    }));
};

/** How often each version came to be what a key holds. */
const arrivalsOf = (facts: readonly Fact[], startFrom: number): ReadonlyMap<string, number> => {
  const arrivals = new Map<string, number>();
  const held = new Map<string, string>();
  for (const fact of facts) {
    if (fact.kind === 'deleted') held.delete(fact.key);
    // A listing goes by the one, an event by the other.
    if (fact.kind !== 'put' || Math.max(fact.lastModified, fact.toldAt) < startFrom) continue;
    if (held.get(fact.key) === fact.etag) continue;
    held.set(fact.key, fact.etag);
    const version = JSON.stringify([fact.key, fact.etag]);
    arrivals.set(version, (arrivals.get(version) ?? 0) + 1);
  }
  return arrivals;
};
