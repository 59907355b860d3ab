import type { R2Deployment } from '@sluice/shared';
import { accountOf } from './account.ts';
import { type DeployContext, receiverToDeploy } from './deploy-receiver.ts';
import { audited, resultOf, runSteps, type Step } from './steps.ts';

/**
 * Takes back what {@link deployReceiver} set up, in the opposite order, and nothing else. What is gone already is no failure.
 * The event secret stays valid: something else may sign with it.
 *
 * @throws SluiceError `not_found`, `forbidden`, `not_on_r2`
 */
export const removeReceiver = async (
  context: Omit<DeployContext, 'eventSecrets' | 'secrets'>,
  integrationId: string,
): Promise<R2Deployment> => {
  const { ask, accountId } = context;
  const receiver = await receiverToDeploy(context, integrationId, '');
  const { names } = receiver;
  const account = accountOf(ask, accountId, receiver);
  const { base } = account;
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
        if (queueId === null || (await account.rulesTo(queueId)).length === 0) {
          return absent('R2 does not tell this queue.');
        }
        await account.removeRules(queueId);
        return gone('R2 no longer tells this queue of new files.');
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
  const result = await audited(context, integrationId, 'remove', () => runSteps(ask, accountId, steps));
  return { ...result, healthUrl: null };
};
