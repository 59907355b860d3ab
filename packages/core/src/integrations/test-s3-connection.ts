import type { ConnectionTest } from '@sluice/shared';
import type { OpenBucket } from '../ports/engine.ts';
import type { IntegrationStore } from '../ports/integrations.ts';
import { type ConnectionCheckContext, runConnectionChecks } from './connection-checks.ts';

export interface TestS3ConnectionContext extends ConnectionCheckContext {
  readonly actorId: string;
  readonly integrations: Pick<IntegrationStore, 'getWithSecrets' | 'recordConnectionTest'>;
  /** Opens the bucket for a test: without retries. */
  readonly openBucket: OpenBucket;
}

/**
 * Tries, on the real prefixes, everything the integration will have to do: reach the endpoint, sign in, list, read, write,
 * read back, delete. A refused bucket is no error here: it is a check that failed, with its reason and remedy. Somebody
 * waits for the answer, so it comes within 8 seconds whatever the endpoint does.
 *
 * @throws SluiceError `not_found`, `forbidden`.
 */
export const testS3Connection = async (
  context: TestS3ConnectionContext,
  integrationId: string,
): Promise<ConnectionTest> => {
  const stored = await context.integrations.getWithSecrets(context.actorId, integrationId);
  const checks = await runConnectionChecks(context, stored.integration, () => context.openBucket(stored));
  const test: ConnectionTest = {
    outcome: checks.every((check) => check.outcome !== 'failed') ? 'passed' : 'failed',
    testedAt: new Date(context.clock.now()).toISOString(),
    checks: [...checks],
  };
  await context.integrations.recordConnectionTest(context.actorId, integrationId, test, stored.configuration);
  return test;
};
