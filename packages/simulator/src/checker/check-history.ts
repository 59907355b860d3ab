import { checkBooks } from './check-books.ts';
import { checkCharges, checkWork } from './check-charges.ts';
import { checkOutputs } from './check-outputs.ts';
import type { Breach, Evidence } from './evidence.ts';

/** Every promise that a history broke. */
export const checkHistory = (evidence: Evidence): Breach[] => {
  const breaches: Breach[] = [];
  const { crash, ledger, bucket, stall, drag, ownFaults } = evidence.plan.climate;
  const isFair = crash + ledger + bucket + stall + drag + ownFaults === 0;
  const isLost = evidence.history.facts.some(({ kind }) => kind === 'lost');
  if (!evidence.isAtRest)
    breaches.push({ promise: 'everything comes to rest', detail: 'Work is left undone.' });
  for (const integration of evidence.integrations) {
    const facts = evidence.history.of(integration.bucket.integrationId);
    breaches.push(
      ...checkOutputs(integration, facts, evidence.isAtRest),
      ...checkCharges(integration, facts, evidence.priceMicros, isLost),
      ...checkBooks(integration, facts),
      ...(isFair ? checkWork(facts) : []),
    );
  }
  return breaches;
};
