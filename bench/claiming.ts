import { createObjectLedger, createServiceClient } from '@sluice/db';
import { createTenant, type Stack, startTemporaryStack } from '@sluice/testkit';
import { print, type Row, timed } from './support/report.ts';

/**
 * What the sweep costs while one tenant has a large backlog, and what that means for another with little to do:
 * 100,000 objects due of the one, 10 of the other. `node bench/claiming.ts [--json]`
 */
const LARGE = 100_000;
const SMALL = 10;
const CALLS = 20;
/** As the engine calls it. */
const CLAIM = {
  limit: 500,
  perIntegration: 200,
  inFlightPerTenant: 100_000,
  visibilitySeconds: 900,
  maxAttempts: 10,
};

/** A tenant with so many objects found, the oldest first. */
const backlog = async (stack: Stack, objects: number): Promise<string> => {
  const { id } = await createTenant(stack);
  await stack.sql.query(
    `with i as (
       insert into public.s3_integrations (tenant_id, name, provider, status, bucket, region, output_prefix)
       values ($1, 'bench', 'generic', 'active', 'b', 'auto', 'out/') returning id)
     insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, due_at)
     select $1, i.id, n || '.pdf', 'e', 1, 'poll', 'found', now() - make_interval(secs => $2 - n + 10) from i, generate_series(1, $2) n`,
    [id, objects],
  );
  return id;
};

const stack = await startTemporaryStack({ workers: false, buckets: [], durable: true });
try {
  const large = await backlog(stack, LARGE);
  const small = await backlog(stack, SMALL);
  await stack.sql.query('analyze public.s3_processed_objects');
  const ledger = createObjectLedger(createServiceClient(stack.supabaseUrl, stack.secretKey));
  const queuedOf = async (tenantId: string) => {
    const { rows } = await stack.sql.query<{ n: number }>(
      `select count(*)::int as n from public.s3_processed_objects where tenant_id = $1 and state = 'queued'`,
      [tenantId],
    );
    return rows[0]?.n ?? 0;
  };

  const first = await timed(() => ledger.claimDueObjects(CLAIM));
  const [ofSmall, ofLarge] = [await queuedOf(small), await queuedOf(large)];
  // Fair: the small tenant has all of its objects in the first call.
  if (ofSmall !== SMALL || ofLarge !== CLAIM.perIntegration || first.value.length !== ofSmall + ofLarge) {
    throw new Error(`the first call claimed ${ofSmall} of the small tenant and ${ofLarge} of the large one`);
  }
  const calls: number[] = [];
  for (let call = 1; call < CALLS; call += 1) {
    const { ms, value } = await timed(() => ledger.claimDueObjects(CLAIM));
    if (value.length !== CLAIM.perIntegration) throw new Error(`a call claimed ${value.length}`);
    calls.push(ms);
  }
  calls.sort((a, b) => a - b);
  const others = 50;
  for (let tenant = 0; tenant < others; tenant += 1) await backlog(stack, 1000);
  const crowd = await timed(() => ledger.claimDueObjects(CLAIM));
  if (crowd.value.length !== CLAIM.limit) throw new Error(`a call claimed ${crowd.value.length}`);
  const full = await timed(() => ledger.claimDueObjects({ ...CLAIM, inFlightPerTenant: 1 }));
  const round = (ms: number | undefined) => Math.round((ms ?? 0) * 10) / 10;
  const rows: Row[] = [
    { name: 'first call', ms: round(first.ms), claimed: first.value.length },
    {
      name: `median of ${calls.length} more`,
      ms: round(calls[Math.floor(calls.length / 2)]),
      claimed: CLAIM.perIntegration,
    },
    { name: 'slowest', ms: round(calls.at(-1)), claimed: CLAIM.perIntegration },
    { name: `with ${others} more tenants of 1,000 due`, ms: round(crowd.ms), claimed: crowd.value.length },
    { name: 'nothing to claim: in-flight cap reached', ms: round(full.ms), claimed: full.value.length },
  ];
  print(
    `claim_due_objects with ${LARGE.toLocaleString('en')} due objects of one tenant and ${SMALL} of another; all ${SMALL} came in the first call`,
    rows,
  );
} finally {
  await stack.stop();
}
