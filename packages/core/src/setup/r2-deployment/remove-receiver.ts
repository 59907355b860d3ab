import { type R2Deployment, type R2ReceiverNames, SluiceError } from '@sluice/shared';
import type { R2Bucket, ReceiverLease } from '../../ports/cloudflare.ts';
import type { IntegrationStore } from '../../ports/integrations.ts';
import { formerReceiverNames, r2BucketOf, receiverNames } from '../r2-receiver/receiver.ts';
import { accountOf } from './account.ts';
import { removeRules } from './rules.ts';
import { type LeaseContext, leased, resultOf, runSteps, type Step } from './steps.ts';

export interface RemoveContext extends LeaseContext {
  readonly integrations: Pick<IntegrationStore, 'getForEdit'>;
}

/**
 * Takes back what a deployment set up in the account, in the opposite order, and nothing else, whatever the integration was changed to since
 * and even when it is deleted; also what bears the names of earlier versions. What is gone already is no failure. The event secret stays valid: something else may sign with it.
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
  const account = accountOf(ask, accountId);
  const { base } = account;
  // The present bucket may be among them; looked at twice, it has no rules the second time.
  const buckets = [
    ...(present === null ? [] : [present]),
    ...places.filter((place) => place.accountId === accountId),
  ];
  const gone = (detail: string) => ({ outcome: 'done', detail }) as const;
  const absent = (detail: string) => ({ outcome: 'unchanged', detail }) as const;
  let receivers: readonly R2ReceiverNames[] | null = null;
  /** Does it with everything that bears the names of this integration's receivers, and tells of what was there. */
  const withEach = async (act: (names: R2ReceiverNames) => ReturnType<Step['run']>) => {
    receivers ??= [
      receiverNames(integrationId),
      ...formerReceiverNames(integrationId, await account.queueNames()),
    ];
    const ends: Awaited<ReturnType<Step['run']>>[] = [];
    for (const names of receivers) ends.push(await act(names));
    const done = ends.filter(({ outcome }) => outcome === 'done');
    return done.length === 0 && ends[0] !== undefined
      ? ends[0]
      : gone(done.map(({ detail }) => detail).join(' '));
  };

  const queueStep = (step: Step['name'], nameOf: (names: R2ReceiverNames) => string): Step => ({
    name: step,
    permission: 'Queues: Edit',
    run: () =>
      withEach(async (names) => {
        const name = nameOf(names);
        const id = await account.findQueue(name);
        if (id === null) return absent(`There is no queue ${name}.`);
        await resultOf(ask, { method: 'DELETE', path: `${base}/queues/${id}` });
        return gone(`The queue ${name} is removed.`);
      }),
  });

  const steps: Step[] = [
    {
      name: 'rule',
      permission: 'Workers R2 Storage: Edit',
      run: () =>
        withEach(async ({ queue }) => {
          const queueId = await account.findQueue(queue);
          if (queueId === null) return absent('There is no queue that R2 could tell.');
          let isChanged = false;
          for (const bucket of buckets)
            isChanged = (await removeRules(account, bucket, queueId)) || isChanged;
          return isChanged
            ? gone(`R2 no longer tells the queue ${queue} of new files.`)
            : absent('R2 does not tell this queue.');
        }),
    },
    {
      name: 'consumer',
      permission: 'Queues: Edit',
      run: () =>
        withEach(async ({ queue, worker }) => {
          const queueId = await account.findQueue(queue);
          const consumers = queueId === null ? [] : await account.consumers(queueId);
          const own = consumers.find(({ script }) => script === worker);
          if (own === undefined || own.id === null) return absent('The Worker does not consume the queue.');
          await resultOf(ask, { method: 'DELETE', path: `${base}/queues/${queueId}/consumers/${own.id}` });
          return gone(`The Worker no longer consumes the queue ${queue}.`);
        }),
    },
    {
      name: 'worker',
      permission: 'Workers Scripts: Edit',
      run: () =>
        withEach(async ({ worker }) => {
          if ((await account.script(worker)) === null) return absent('There is no such Worker.');
          await resultOf(ask, { method: 'DELETE', path: `${base}/workers/scripts/${worker}?force=true` });
          return gone(`The Worker ${worker} is removed, and the event secret with it.`);
        }),
    },
    queueStep('queue', ({ queue }) => queue),
    queueStep('dead_letter_queue', ({ deadLetterQueue }) => deadLetterQueue),
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
