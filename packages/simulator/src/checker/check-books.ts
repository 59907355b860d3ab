import type { Fact } from '../world/history.ts';
import type { Breach, IntegrationEvidence } from './evidence.ts';

/** That every object found is one row, in one state, with the reason that state asks for, and charged where it was processed. */
export const checkBooks = ({ books }: IntegrationEvidence, facts: readonly Fact[]): Breach[] => {
  const wrong: string[] = [...books.discrepancies];
  const versions = new Set<string>();
  const current = new Set<string>();
  const paid = books.charges.filter(({ isCredited }) => !isCredited);
  const charged = new Set(paid.map(({ jobId }) => jobId));
  const puts = new Set(
    facts.flatMap((fact) =>
      fact.kind === 'put' ? JSON.stringify([fact.key, fact.etag, fact.sizeBytes]) : [],
    ),
  );
  const outputs = new Set(facts.flatMap((fact) => (fact.kind === 'written' ? fact.key : [])));
  for (const row of books.rows) {
    const version = JSON.stringify([row.key, row.etag, row.sizeBytes]);
    if (versions.has(version)) wrong.push(`${version} is there twice`);
    versions.add(version);
    if (row.isCurrent && current.has(row.key)) wrong.push(`${row.key} has two current versions`);
    if (row.isCurrent) current.add(row.key);
    if (!puts.has(version) && !outputs.has(row.key)) wrong.push(`${version} was never in the bucket`);
    if (['skipped', 'failed', 'dead'].includes(row.state) && row.reason === null)
      wrong.push(`${row.key} is ${row.state} for no reason`);
    if (row.state === 'written_back' && !charged.has(row.jobId))
      wrong.push(`${row.key} is written back and was not charged`);
    if (row.state === 'dead') wrong.push(`${row.key} was given up (${row.reason})`);
    if (row.isLeased && !row.isDue) wrong.push(`${row.key} is leased for ever`);
  }
  return wrong.map((detail) => ({ promise: 'the books balance' as const, detail }));
};
