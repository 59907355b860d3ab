import type { StoredObject } from '../bucket/sim-bucket.ts';
import type { Fact, Put } from '../world/history.ts';
import { outputText } from '../world/processor.ts';
import type { Breach, IntegrationEvidence } from './evidence.ts';

const KINDS = ['pdf', 'html'] as const;

/** What lies in the customer's bucket at the end: the results of every document that is there, and of its latest version. */
export const checkOutputs = (
  evidence: IntegrationEvidence,
  facts: readonly Fact[],
  isAtRest: boolean,
): Breach[] => {
  const breaches: Breach[] = [];
  for (const fact of facts) {
    if (fact.kind !== 'written') continue;
    if (fact.isOverCustomers)
      breaches.push({ promise: 'nothing of the customer is overwritten', detail: fact.key });
    const made = facts.filter((other) => other.kind === 'processed' && other.jobId === fact.jobId);
    const isTrue = made.some(
      (other) =>
        other.kind === 'processed' && KINDS.some((kind) => outputText(kind, other.etag) === fact.text),
    );
    if (!isTrue) breaches.push({ promise: 'results are what they say', detail: `${fact.key}: ${fact.text}` });
  }
  if (!isAtRest) return breaches;
  for (const stored of evidence.bucket.objects.values()) {
    if (isDocument(evidence, stored)) breaches.push(...checkDocument(evidence, facts, stored));
  }
  return [...breaches, ...checkKept(evidence)];
};

/** That where every version is kept, each that was written back has its results. */
const checkKept = (evidence: IntegrationEvidence): Breach[] =>
  evidence.books.rows
    .filter(({ state }) => state === 'written_back' && evidence.wish.overwritePolicy === 'keep_versions')
    .filter(({ key, etag }) => !hasResults(evidence, key, etag))
    .map(({ key, etag }) => ({
      promise: 'nothing is lost',
      detail: `${key} (${etag}) is called written_back, and its results are not there`,
    }));

/** Whether something is to be made of an object: judged by the promise, not by the code. */
const isDocument = (
  { wish, startFrom }: IntegrationEvidence,
  { summary, metadata }: StoredObject,
): boolean => {
  const { key, sizeBytes, lastModified } = summary;
  return (
    key.startsWith(wish.inputPrefix) &&
    !key.startsWith(wish.outputPrefix) &&
    !('sluice-job-id' in metadata) &&
    !key.split('/').includes('.') &&
    key.toLowerCase().endsWith('.pdf') &&
    sizeBytes > 0 &&
    !(Date.parse(lastModified) < startFrom)
  );
};

const checkDocument = (
  evidence: IntegrationEvidence,
  facts: readonly Fact[],
  { summary, isCorrupt }: StoredObject,
): Breach[] => {
  const { wish, bucket, books } = evidence;
  const { key, etag } = summary;
  const rows = books.rows.filter((row) => row.key === key);
  const row = rows.find((one) => one.etag === etag && one.sizeBytes === summary.sizeBytes);
  if (row === undefined) return [{ promise: 'nothing is lost', detail: `${key} (${etag}) was never found` }];
  const current = rows.find(({ isCurrent }) => isCurrent);
  const versions = facts.filter((fact): fact is Put => fact.kind === 'put' && fact.key === key);

  if (wish.overwritePolicy === 'ignore') {
    // The first that was taken in stands. Which that was depends on when we looked; that there is one does not.
    const isDone = versions.some((version) => hasResults(evidence, key, version.etag));
    const isAnswered = current !== undefined && ['failed', 'skipped', 'written_back'].includes(current.state);
    return isDone || (isAnswered && current.state === 'failed')
      ? []
      : [{ promise: 'nothing is lost', detail: `no version of ${key} was written back` }];
  }
  if (current?.etag !== etag)
    return [
      { promise: 'the latest version wins', detail: `${key}: ${current?.etag} is current, not ${etag}` },
    ];
  if (isCorrupt) {
    return row.state === 'failed' && row.reason === 'pdf_corrupt'
      ? []
      : [
          {
            promise: 'nothing is lost',
            detail: `${key} is ${row.state} (${row.reason}), and cannot be processed`,
          },
        ];
  }
  if (hasResults(evidence, key, etag)) {
    return row.state === 'written_back'
      ? []
      : [{ promise: 'the books balance', detail: `${key} is written back and called ${row.state}` }];
  }
  const isTaken = KINDS.some((kind) => {
    const there = bucket.objects.get(outputKeyOf(evidence, key, etag, kind));
    return there !== undefined && !('sluice-job-id' in there.metadata);
  });
  if (isTaken && row.reason === 'output_taken') return [];
  const isOlder = versions.some(
    (version) => version.etag !== etag && hasResults(evidence, key, version.etag),
  );
  return [
    {
      promise: isOlder ? 'the latest version wins' : 'nothing is lost',
      detail: `${key} (${etag}) is ${row.state} (${row.reason}), and its results are not there`,
    },
  ];
};

const hasResults = (evidence: IntegrationEvidence, key: string, etag: string): boolean =>
  KINDS.every(
    (kind) =>
      evidence.bucket.objects.get(outputKeyOf(evidence, key, etag, kind))?.text === outputText(kind, etag),
  );

const outputKeyOf = (
  { wish }: IntegrationEvidence,
  key: string,
  etag: string,
  kind: (typeof KINDS)[number],
): string => {
  const path = key.slice(wish.inputPrefix.length);
  const name =
    wish.overwritePolicy === 'keep_versions' ? `${path.slice(0, -4)}.${etag}${path.slice(-4)}` : path;
  return `${wish.outputPrefix}${name}${kind === 'html' ? '.html' : ''}`;
};
