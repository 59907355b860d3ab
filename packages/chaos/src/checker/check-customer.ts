import type { Version } from '../world/document.ts';
import { REPLAYED_FOLDER, type Wish } from '../world/wishes.ts';
import type { Breach, Evidence, Row } from './evidence.ts';

/**
 * Every promise to a customer that was not kept. Goes by what was put into the bucket; the tables are read as they are, and none of
 * the product's own sums or rules is used.
 */
export const checkCustomer = (evidence: Evidence): Breach[] =>
  [
    ...documents(evidence),
    ...results(evidence),
    ...bucket(evidence),
    ...charges(evidence),
    ...books(evidence),
  ].map(({ promise, detail }) => ({ promise, detail: `${evidence.wish.name}: ${detail}` }));

/** What a version of a document must have come to. */
const ENDS = {
  pdf: { state: 'written_back', reason: null },
  text: { state: 'failed', reason: 'not_a_pdf' },
  corrupt: { state: 'failed', reason: 'pdf_corrupt' },
  empty: { state: 'skipped', reason: 'empty_object' },
} as const;

/** That each document that is there has come to its end, in its latest version. */
const documents = ({ memory, rows }: Evidence): Breach[] =>
  [...memory.live.values()].flatMap(({ key, etag, content }): Breach[] => {
    const row = rows.find((one) => one.key === key && one.etag === etag);
    if (row === undefined) return [{ promise: 'nothing is lost', detail: `"${key}" was never found` }];
    if (!row.isCurrent)
      return [{ promise: 'the latest version wins', detail: `another version of "${key}" is current` }];
    const end = ENDS[content];
    return row.state === end.state && row.reason === end.reason
      ? []
      : [{ promise: 'nothing is lost', detail: `"${key}" should be ${words(end)}, and is ${words(row)}` }];
  });

/** That the results of whatever was written back, and was not to be replaced, are there, and both of that version. */
const results = ({ wish, memory, outputs, rows }: Evidence): Breach[] =>
  rows.flatMap((row): Breach[] => {
    const isKept = row.isCurrent || wish.overwritePolicy === 'keep_versions';
    const version = memory.versions.find(({ key, etag }) => key === row.key && etag === row.etag);
    // A row of no version breaks the books.
    if (row.state !== 'written_back' || !isKept || version === undefined) return [];
    const [pdf, page] = outputKeys(wish, version).map((key) => outputs.get(key));
    if (pdf === undefined || page === undefined)
      return [{ promise: 'nothing is lost', detail: `the results of "${row.key}" are not in the bucket` }];
    const breaches: Breach[] = [];
    const isOfVersion = [pdf, page].every(({ metadata }) => metadata['sluice-source-etag'] === row.etag);
    if (!isOfVersion || !page.text.includes(version.marker))
      breaches.push({
        promise: 'the latest version wins',
        detail: `a result of "${row.key}" is another version's`,
      });
    if (!pdf.text.startsWith('%PDF-'))
      breaches.push({ promise: 'results are what they say', detail: `the PDF of "${row.key}" is none` });
    return breaches;
  });

/** That in the bucket lies what its customer put there, and our results, and each is what it says. */
const bucket = ({ wish, memory, listed, outputs, runs }: Evidence): Breach[] => {
  const breaches: Breach[] = [];
  for (const [key, { etag }] of memory.live) {
    if (listed.get(key)?.etag !== etag)
      breaches.push({
        promise: 'nothing of the customer is touched',
        detail: `"${key}" is not as it was put`,
      });
  }
  const own = new Map(
    memory.versions.flatMap((version) => outputKeys(wish, version).map((key) => [key, version.key] as const)),
  );
  for (const key of listed.keys()) {
    if (memory.live.has(key) || own.has(key)) continue;
    breaches.push({ promise: 'nothing of the customer is touched', detail: `nobody put "${key}" there` });
  }
  for (const [key, { text, metadata }] of outputs) {
    const run = runs.get(metadata['sluice-job-id'] ?? '');
    const version = memory.versions.find(({ etag, content }) => etag === run?.etag && content === 'pdf');
    const isTrue =
      version !== undefined &&
      metadata['sluice-source-etag'] === version.etag &&
      outputKeys(wish, version).includes(key) &&
      (!key.endsWith('.html') || text.includes(version.marker));
    if (!isTrue) breaches.push({ promise: 'results are what they say', detail: `"${key}" is not` });
  }
  return breaches;
};

/** That each version was charged once, and once more at most for each replay that may have meant it. */
const charges = ({ wish, memory, rows, charges: charged, runs }: Evidence): Breach[] => {
  const breaches: Breach[] = [];
  const times = new Map<string, number>();
  const jobs = new Set<string>();
  for (const { jobId, pages } of charged) {
    if (jobs.has(jobId)) breaches.push({ promise: 'nothing is charged twice', detail: `job ${jobId}` });
    jobs.add(jobId);
    const etag = runs.get(jobId)?.etag;
    const version = memory.versions.find((one) => one.etag === etag && one.content === 'pdf');
    if (etag === undefined || version === undefined) {
      const what = etag === undefined ? 'was never processed' : 'was no document of a customer';
      breaches.push({
        promise: 'nothing of ours is taken in',
        detail: `job ${jobId} is charged and ${what}`,
      });
      continue;
    }
    if (pages !== 1)
      breaches.push({
        promise: 'the books balance',
        detail: `"${version.key}" is charged with ${pages} pages`,
      });
    times.set(etag, (times.get(etag) ?? 0) + 1);
  }
  for (const { key, etag } of memory.versions) {
    const isReplayed = key.startsWith(`${wish.inputPrefix}${REPLAYED_FOLDER}`);
    const most = 1 + (isReplayed ? memory.replays : 0);
    const count = times.get(etag) ?? 0;
    if (count > most)
      breaches.push({
        promise: 'nothing is charged twice',
        detail: `a version of "${key}" was charged ${count} times, at most ${most} are right`,
      });
  }
  for (const row of rows) {
    if (row.state === 'written_back' && !jobs.has(row.jobId))
      breaches.push({ promise: 'every result is charged', detail: `"${row.key}" is not` });
  }
  return breaches;
};

/** That every row is a version that was there, once; that nothing is pending; and that the sums are those of the rows. */
const books = ({ wish, memory, outputs, listed, rows, ledger }: Evidence): Breach[] => {
  const wrong: string[] = [];
  const put = new Set(memory.versions.map(({ key, etag }) => JSON.stringify([key, etag])));
  const seen = new Set<string>();
  const count = { writtenBack: 0, skipped: 0, failed: 0, pending: 0 };
  for (const row of rows) {
    const name = JSON.stringify([row.key, row.etag]);
    if (seen.has(name)) wrong.push(`${name} is there twice`);
    seen.add(name);
    const isOurs = row.key.startsWith(wish.outputPrefix);
    if (isOurs && row.reason !== 'own_output') wrong.push(`our result "${row.key}" is ${words(row)}`);
    if (!isOurs && !put.has(name)) wrong.push(`${name} was never put there`);
    if (row.state === 'written_back') count.writtenBack += 1;
    else if (row.state === 'skipped') count.skipped += 1;
    else if (row.state === 'failed' || row.state === 'dead') count.failed += 1;
    else count.pending += 1;
    if (row.state === 'dead') wrong.push(`"${row.key}" was given up (${row.reason})`);
  }
  if (wish.inputPrefix === '') {
    for (const key of outputs.keys()) {
      const name = JSON.stringify([key, listed.get(key)?.etag]);
      if (!seen.has(name)) wrong.push(`our result ${name} is not accounted for`);
    }
  }
  const told = {
    writtenBack: ledger.writtenBack,
    skipped: sum(ledger.skipped),
    failed: sum(ledger.failed),
    pending: ledger.pending,
  };
  if (JSON.stringify(told) !== JSON.stringify(count))
    wrong.push(`the API tells ${JSON.stringify(told)}, and the rows are ${JSON.stringify(count)}`);
  if (ledger.found !== rows.length || ledger.found !== sum(told))
    wrong.push(`${ledger.found} were found, and come to ${sum(told)} of ${rows.length} rows`);
  if (count.pending > 0) wrong.push(`${count.pending} are pending`);
  return wrong.map((detail) => ({ promise: 'the books balance' as const, detail }));
};

/** As the guide says: the tree of the input below the output prefix, a page beside each document. */
const outputKeys = (
  wish: Wish,
  { key, etag }: Pick<Version, 'key' | 'etag'>,
): [pdf: string, html: string] => {
  const path = key.slice(wish.inputPrefix.length);
  const name = wish.overwritePolicy === 'keep_versions' ? path.replace(/\.pdf$/, `.${etag}.pdf`) : path;
  return [`${wish.outputPrefix}${name}`, `${wish.outputPrefix}${name}.html`];
};

const words = ({ state, reason }: Pick<Row, 'state' | 'reason'>): string =>
  reason === null ? state : `${state} (${reason})`;

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);
