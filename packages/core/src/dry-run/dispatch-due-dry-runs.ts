import type { DryRunContext } from './run-dry-run.ts';

const CLAIMED = 100;

/** Sends a message for every dry run that nobody works on. @returns how many. */
export const dispatchDueDryRuns = async ({
  ledger,
  queue,
  settings,
}: Pick<DryRunContext, 'ledger' | 'queue' | 'settings'>): Promise<number> => {
  const due = await ledger.claimDue(CLAIMED, settings.visibilitySeconds);
  if (due.length > 0) await queue.sendBatch(due.map((dryRunId) => ({ version: 1, dryRunId })));
  return due.length;
};
