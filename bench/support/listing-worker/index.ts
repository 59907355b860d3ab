import { type BegunPoll, pollIntegration } from '@sluice/core';
import { openBucket } from '@sluice/s3';
import { BUCKET, CREDENTIALS } from '../listing/corpus.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The poll of a known bucket inside workerd, with everything real but the database: it answers with what it is given. */
export default {
  fetch: async (request: Request): Promise<Response> => {
    const { endpoint, poll } = (await request.json()) as { endpoint: string; poll: BegunPoll };
    let calls = 0;
    const answer =
      <T>(value: T) =>
      async (): Promise<T> => {
        calls += 1;
        return value;
      };
    const refuse = async (): Promise<never> => {
      throw new Error('Nothing of a known bucket is to be recorded.');
    };
    const outcome = await pollIntegration(
      {
        ledger: {
          claimDuePolls: answer([]),
          beginPoll: answer(poll),
          recordObjects: refuse,
          savePollProgress: answer(undefined),
          completePoll: answer(undefined),
          failPoll: answer(undefined),
        },
        openBucket: async () =>
          openBucket({
            provider: { provider: 'generic', endpoint },
            bucket: BUCKET,
            credentials: CREDENTIALS,
            egress: { mode: 'allow-loopback' },
          }),
        rollBack: async () => false,
        clock: { now: () => Date.now() },
        log: silent,
        settings: {
          leaseSeconds: 180,
          intervalSeconds: 120,
          maxIntervalSeconds: 1800,
          concurrency: 5,
          budgetMs: 600_000,
          budgetCalls: 8_000,
        },
      },
      { version: 1, integrationId: poll.integration.id, leaseId: poll.leaseId },
    );
    return Response.json({ outcome, databaseCalls: calls });
  },
};
