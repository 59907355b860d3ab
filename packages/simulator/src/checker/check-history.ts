import { checkBooks } from './check-books.ts';
import { checkCharges, checkWork } from './check-charges.ts';
import { checkLeases } from './check-leases.ts';
import { checkOutputs } from './check-outputs.ts';
import type { Breach, Evidence } from './evidence.ts';

/** A processor is not waited for longer. */
const LONGEST_RUN_SECONDS = 300;

/** Every promise that a history broke. */
export const checkHistory = (evidence: Evidence): Breach[] => {
  const breaches: Breach[] = [];
  const { crash, ledger, bucket, stall, drag, ownFaults } = evidence.plan.climate;
  const isLeaseLong = evidence.plan.engine.processLeaseSeconds > LONGEST_RUN_SECONDS;
  const isFair = isLeaseLong && crash + ledger + bucket + stall + drag + ownFaults === 0;
  const isLost = evidence.history.facts.some(({ kind }) => kind === 'lost');
  if (!evidence.isAtRest)
    breaches.push({ promise: 'everything comes to rest', detail: 'Work is left undone.' });
  for (const integration of evidence.integrations) {
    const facts = evidence.history.of(integration.bucket.integrationId);
    breaches.push(
      ...checkOutputs(integration, facts, evidence.isAtRest),
      ...checkCharges(integration, facts, evidence.priceMicros, isLost),
      ...checkBooks(integration, facts),
      ...checkLeases(facts),
      ...(isFair ? checkWork(facts) : []),
    );
  }
  return breaches;
};
