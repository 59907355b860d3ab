import { type Connection, type Ledger, type ObjectRow, objectsOf } from './ledger.ts';

interface Charge {
  job_id: string;
  charges: number;
  is_credited: boolean;
  micros: number;
}

export interface Books {
  readonly objects: readonly ObjectRow[];
  readonly charges: readonly Charge[];
  /** Objects as `s3_integration_ledger` counts them. */
  readonly counted: number;
  /** Where the counters behind it and the rows differ. */
  readonly miscounted: readonly unknown[];
}

export async function booksOf(ledger: Ledger, connection: Connection): Promise<Books> {
  const { integrationId } = connection;
  const [objects, charges, counts, miscounted] = await Promise.all([
    objectsOf(ledger, connection),
    ledger.rows<Charge>(
      `select job_id, count(*) filter (where kind = 'processing')::int as charges, bool_or(kind = 'credit') as is_credited,
         sum(amount_micros)::int as micros
       from public.cost_ledger where integration_id = $1 group by 1`,
      [integrationId],
    ),
    ledger.rows<{ objects: number }>(`select objects::int from public.s3_integration_ledger($1)`, [
      integrationId,
    ]),
    ledger.rows(`select * from public.check_s3_ledger($1)`, [integrationId]),
  ]);
  return { objects, charges, miscounted, counted: counts.reduce((sum, { objects }) => sum + objects, 0) };
}

const PENDING = new Set(['found', 'queued', 'processing', 'staged']);

/** What must hold at any moment, whatever was done in whatever order. Returns what does not. */
export function brokenInvariants({ objects, charges, counted, miscounted }: Books): string[] {
  const broken: string[] = [];
  if (counted !== objects.length) broken.push(`the books count ${counted} of ${objects.length} objects`);
  for (const place of miscounted) broken.push(`the counters differ from the rows: ${JSON.stringify(place)}`);
  for (const object of objects) {
    const name = `${object.key}@${object.etag} (${object.state})`;
    const isPending = PENDING.has(object.state);
    if (isPending !== (object.due_at !== null)) broken.push(`${name} is due: ${object.due_at !== null}`);
    if (!isPending && object.lease_id !== null) broken.push(`${name} is settled and holds a lease`);
    if (object.state === 'processing' && object.lease_id === null) broken.push(`${name} has no lease`);
    if (object.state === 'staged' && object.staged_outputs === null)
      broken.push(`${name} has nothing staged`);
    if (object.state !== 'staged' && object.staged_outputs !== null)
      broken.push(`${name} has results staged`);
    const isCharged = charges.some(({ job_id }) => job_id === object.job_id);
    const isCredited = charges.some(({ job_id, is_credited }) => job_id === object.job_id && is_credited);
    if ((object.state === 'staged' || object.state === 'written_back') && !isCharged)
      broken.push(`${name} is not charged`);
    // What is being made again is not given back, and what is there is paid for.
    if (isCredited && !['skipped', 'failed', 'dead'].includes(object.state))
      broken.push(`${name} is given back`);
  }
  for (const { job_id, charges: times, is_credited, micros } of charges) {
    if (times !== 1) broken.push(`job ${job_id} is charged ${times} times`);
    if (is_credited && micros !== 0) broken.push(`job ${job_id} costs ${micros} and is given back`);
  }
  for (const [key, versions] of Map.groupBy(objects, (object) => object.key)) {
    const current = versions.filter((version) => version.is_current);
    if (current.length > 1) broken.push(`${key} has ${current.length} current versions`);
    const writing = versions.filter((version) => version.state === 'staged' && version.lease_id !== null);
    if (writing.length > 1) broken.push(`${writing.length} versions of ${key} are being written`);
  }
  return broken;
}

/** Where a row may go within one revision, in one step. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  found: ['queued', 'skipped'],
  queued: ['processing', 'found', 'skipped'],
  processing: ['staged', 'queued', 'found', 'skipped', 'failed', 'dead'],
  staged: ['written_back', 'found', 'skipped', 'failed', 'dead'],
  written_back: [],
  skipped: [],
  // By a connection test that passes.
  failed: ['found'],
  dead: ['found'],
};

/** The steps between two readings of the books that the state machine does not have. */
export function forbiddenSteps(before: Books, after: Books): string[] {
  return before.objects.flatMap((old) => {
    const now = after.objects.find(({ id }) => id === old.id);
    if (now === undefined) return [`${old.key}@${old.etag} is gone`];
    if (now.revision > old.revision) {
      return ['found', 'skipped'].includes(now.state)
        ? []
        : [`${now.key}@${now.etag} was taken up again as ${now.state}`];
    }
    const isGivenBack = before.charges.some(
      ({ job_id, is_credited }) => job_id === old.job_id && is_credited,
    );
    if (now.job_id !== old.job_id && !isGivenBack)
      return [`${now.key}@${now.etag} changed its job within a revision`];
    const isAllowed = now.state === old.state || EDGES[old.state]?.includes(now.state) === true;
    return isAllowed ? [] : [`${now.key}@${now.etag} went from ${old.state} to ${now.state}`];
  });
}
