import type { StartDryRun } from '@sluice/shared';
import type { DryRunContext } from './run-dry-run.ts';

/**
 * Begins a dry run of an integration the actor is an admin of. Should the message be lost, the sweep sends another.
 *
 * @returns its id.
 * @throws SluiceError `not_found`, `forbidden`, `dry_run_running`, `quota_reached`.
 */
export const startDryRun = async (
  { ledger, queue, log }: Pick<DryRunContext, 'ledger' | 'queue' | 'log'>,
  actorId: string,
  integrationId: string,
  { startFrom }: StartDryRun,
): Promise<{ id: string }> => {
  const dryRunId = await ledger.start(actorId, integrationId, startFrom ?? null);
  await queue.sendBatch([{ version: 1, dryRunId }]).catch((error: unknown) => {
    log.warn('dry_run_not_sent', { dryRunId, error });
  });
  return { id: dryRunId };
};
