import { type R2Deployment, SluiceError } from '@sluice/shared';
import type { R2Bucket, ReceiverLease } from '../../ports/cloudflare.ts';
import type { IntegrationStore } from '../../ports/integrations.ts';
import { r2BucketOf, receiverNames } from '../r2-receiver/receiver.ts';
import { accountOf } from './account.ts';
import { removeRules } from './rules.ts';
import { type LeaseContext, leased, resultOf, runSteps, type Step } from './steps.ts';

export interface RemoveContext extends LeaseContext {
  readonly integrations: Pick<IntegrationStore, 'getForEdit'>;
}

/**
 * Takes back what a deployment set up in the account, in the opposite order, and nothing else, whatever the integration was changed to since
 * and even when it is deleted. What is gone already is no failure. The event secret stays valid: something else may sign with it.
 *
 * @returns `unchanged` when there was nothing in the account.
 * @throws SluiceError `not_found`, `forbidden`, `not_on_r2`, `receiver_busy`
 */
export const removeReceiver = async (
  context: RemoveContext,
  integrationId: string,
): Promise<R2Deployment> => {
  const bucket = await presentBucket(context, integrationId);
  return leased(context, integrationId, { action: 'remove', bucket }, ({ ask, places }) =>
    remove({ ...context, ask }, integrationId, bucket, places),
  );
};

/** The integration's bucket as it is now. Null when it is not on R2, or deleted: what is remembered of it decides then. */
const presentBucket = async (
  { actorId, integrations }: RemoveContext,
  integrationId: string,
): Promise<R2Bucket | null> => {
  try {
    return r2BucketOf((await integrations.getForEdit(actorId, integrationId)).integration);
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not_found') return null;
    throw error;
  }
};

const remove = async (
  { ask, accountId }: RemoveContext,
  integrationId: string,
  present: R2Bucket | null,
  places: ReceiverLease['places'],
): Promise<R2Deployment> => {
  const names = receiverNames(integrationId);
  const account = accountOf(ask, accountId);
  const { base } = account;
  // The present bucket may be among them; looked at twice, it has no rules the second time.
  const buckets = [
    ...(present === null ? [] : [present]),
    ...places.filter((place) => place.accountId === accountId),
  ];
  const gone = (detail: string) => ({ outcome: 'done', detail }) as const;
  const absent = (detail: string) => ({ outcome: 'unchanged', detail }) as const;

  const queueStep = (step: Step['name'], name: string): Step => ({
    name: step,
    permission: 'Queues: Edit',
    run: async () => {
      const id = await account.findQueue(name);
      if (id === null) return absent(`There is no queue ${name}.`);
      await resultOf(ask, { method: 'DELETE', path: `${base}/queues/${id}` });
      return gone(`The queue ${name} is removed.`);
    },
  });

  const steps: Step[] = [
    {
      name: 'rule',
      permission: 'Workers R2 Storage: Edit',
      run: async () => {
        const queueId = await account.findQueue(names.queue);
        if (queueId === null) return absent('There is no queue that R2 could tell.');
        let isChanged = false;
        for (const bucket of buckets) isChanged = (await removeRules(account, bucket, queueId)) || isChanged;
        return isChanged
          ? gone('R2 no longer tells this queue of new files.')
          : absent('R2 does not tell this queue.');
      },
    },
    {
      name: 'consumer',
      permission: 'Queues: Edit',
      run: async () => {
        const queueId = await account.findQueue(names.queue);
        const consumers = queueId === null ? [] : await account.consumers(queueId);
        const own = consumers.find(({ script }) => script === names.worker);
        if (own === undefined || own.id === null) return absent('The Worker does not consume the queue.');
        await resultOf(ask, { method: 'DELETE', path: `${base}/queues/${queueId}/consumers/${own.id}` });
        return gone('The Worker no longer consumes the queue.');
      },
    },
    {
      name: 'worker',
      permission: 'Workers Scripts: Edit',
      run: async () => {
        if ((await account.script(names.worker)) === null) return absent('There is no such Worker.');
        await resultOf(ask, {
          method: 'DELETE',
          path: `${base}/workers/scripts/${names.worker}?force=true`,
        });
        return gone('The Worker is removed, and the event secret with it.');
      },
    },
    queueStep('queue', names.queue),
    queueStep('dead_letter_queue', names.deadLetterQueue),
  ];
  const { outcome, steps: done } = await runSteps(ask, accountId, steps);
  const elsewhere = places.find((place) => place.accountId !== accountId);
  const remedy =
    elsewhere === undefined
      ? null
      : `It was set up in the account ${elsewhere.accountId}: to remove it there, enter that, with a token for it.`;
  const [first, ...rest] = done;
  return {
    outcome: done.some((step) => step.outcome !== 'unchanged') ? outcome : 'unchanged',
    steps:
      first === undefined || remedy === null ? done : [{ ...first, remedy: first.remedy ?? remedy }, ...rest],
    healthUrl: null,
  };
};
