import { type R2Deployment, SluiceError } from '@sluice/shared';
import { issueEventSecret, rotateEventSecret } from '../../credentials/change-event-secret.ts';
import type { AskCloudflare, ReceiverAudit } from '../../ports/cloudflare.ts';
import type { EventSecretStore, EventSecrets } from '../../ports/credentials.ts';
import type { IntegrationStore } from '../../ports/integrations.ts';
import { RECEIVER_MODULE } from '../r2-receiver/generated/receiver-source.ts';
import { type Receiver, receiverOf } from '../r2-receiver/receiver.ts';
import { RECEIVER_COMPATIBILITY_DATE, RECEIVER_CONSUMER } from '../r2-receiver/receiver-files.ts';
import { accountOf, textOf } from './account.ts';
import { audited, InTheWay, resultOf, runSteps, type Step } from './steps.ts';

export interface DeployContext {
  readonly actorId: string;
  readonly accountId: string;
  readonly ask: AskCloudflare;
  readonly integrations: Pick<IntegrationStore, 'getForEdit'>;
  readonly audit: ReceiverAudit;
  readonly eventSecrets: EventSecretStore;
  readonly secrets: EventSecrets;
}

const ACTIONS = ['PutObject', 'CompleteMultipartUpload', 'CopyObject'];
const MIGRATION = 'v1';
const KEEP_OLD_HOURS = 24;

/** The receiver of an integration the actor may change. @throws SluiceError `not_found`, `forbidden`, `not_on_r2` */
export const receiverToDeploy = async (
  { actorId, integrations }: Pick<DeployContext, 'actorId' | 'integrations'>,
  integrationId: string,
  eventsUrl: string,
): Promise<Receiver> => {
  const { integration } = await integrations.getForEdit(actorId, integrationId);
  return receiverOf({ ...integration, integrationId, eventsUrl });
};

/**
 * Sets the receiver up in the customer's Cloudflare account. What is there already stays, so doing it again changes nothing,
 * and goes on where another attempt stopped. An event secret is made only when the Worker has none.
 *
 * @throws SluiceError `not_found`, `forbidden`, `not_on_r2`
 */
export const deployReceiver = async (
  context: DeployContext,
  integrationId: string,
  eventsUrl: string,
): Promise<R2Deployment> => {
  const { ask, accountId } = context;
  const receiver = await receiverToDeploy(context, integrationId, eventsUrl);
  const { names } = receiver;
  const account = accountOf(ask, accountId, receiver);
  const { base } = account;
  const ids = new Map<string, string>();
  const idOf = (name: string): string => ids.get(name) ?? '';
  let healthUrl: string | null = null;

  const queueStep = (step: Step['name'], name: string, what: string): Step => ({
    name: step,
    permission: 'Queues: Edit',
    run: async () => {
      const found = await account.findQueue(name);
      if (found !== null) {
        ids.set(name, found);
        return { outcome: 'unchanged', detail: `${what} ${name} is there.` };
      }
      const made = await ask({ method: 'POST', path: `${base}/queues`, json: { queue_name: name } });
      // 11009: made by another request meanwhile.
      const wasTaken = made.errors.some(({ code }) => code === 11009);
      const id = made.isOk
        ? textOf((made.result as { queue_id?: unknown } | null)?.queue_id)
        : wasTaken
          ? await account.findQueue(name)
          : null;
      if (id === null) await resultOf(async () => made, { method: 'POST', path: '' });
      ids.set(name, id ?? '');
      return { outcome: wasTaken ? 'unchanged' : 'done', detail: `${what} ${name} is there.` };
    },
  });

  const steps: Step[] = [
    queueStep('queue', names.queue, 'The queue'),
    queueStep('dead_letter_queue', names.deadLetterQueue, 'The dead letter queue'),
    {
      name: 'rule',
      permission: 'Workers R2 Storage: Edit',
      run: async () => {
        const there = await account.rulesTo(idOf(names.queue));
        const missing = receiver.rules.filter(
          ({ prefix, suffix }) =>
            !there.some((rule) => (rule['prefix'] ?? '') === prefix && rule['suffix'] === suffix),
        );
        if (missing.length > 0) {
          const description = 'Sluice';
          const rules = missing.map((rule) => ({ ...rule, actions: ACTIONS, description }));
          await account.addRules(idOf(names.queue), rules);
        }
        return {
          outcome: missing.length === 0 ? 'unchanged' : 'done',
          detail: 'R2 tells the queue of new PDFs in the input folder.',
        };
      },
    },
    {
      name: 'worker',
      permission: 'Workers Scripts: Edit',
      run: async () => {
        const script = await account.script(names.worker);
        const keepsSecret = script !== null && (await account.hasSecret(names.worker));
        const secret = keepsSecret ? null : await newSecret(context, integrationId);
        await resultOf(ask, {
          method: 'PUT',
          path: `${base}/workers/scripts/${names.worker}`,
          worker: {
            metadata: metadataOf(receiver, secret, script?.migrationTag ?? null),
            module: RECEIVER_MODULE,
          },
        });
        return {
          outcome: 'done',
          detail: keepsSecret
            ? 'The Worker is uploaded; it keeps its event secret.'
            : 'The Worker is uploaded, with a new event secret.',
        };
      },
    },
    {
      name: 'consumer',
      permission: 'Queues: Edit',
      run: async () => {
        const path = `${base}/queues/${idOf(names.queue)}/consumers`;
        const [consumer] = await account.consumers(idOf(names.queue));
        const json = {
          type: 'worker',
          script_name: names.worker,
          dead_letter_queue: names.deadLetterQueue,
          settings: {
            batch_size: RECEIVER_CONSUMER.batchSize,
            max_wait_time_ms: RECEIVER_CONSUMER.maxWaitSeconds * 1000,
            max_retries: RECEIVER_CONSUMER.maxRetries,
          },
        };
        if (consumer === undefined) {
          await resultOf(ask, { method: 'POST', path, json });
          return { outcome: 'done', detail: 'The Worker consumes the queue.' };
        }
        if (consumer.script !== names.worker) {
          throw new InTheWay(
            `The queue ${names.queue} has another consumer.`,
            'Remove that consumer in the Cloudflare dashboard (Queues, the queue, Settings), then try again.',
          );
        }
        await resultOf(ask, { method: 'PUT', path: `${path}/${consumer.id ?? ''}`, json });
        return { outcome: 'unchanged', detail: 'The Worker consumes the queue.' };
      },
    },
    {
      name: 'address',
      permission: 'Workers Scripts: Edit',
      run: async () => {
        const own = await resultOf(ask, { method: 'GET', path: `${base}/workers/subdomain` });
        const subdomain = textOf((own as { subdomain?: unknown } | null)?.subdomain);
        await resultOf(ask, {
          method: 'POST',
          path: `${base}/workers/scripts/${names.worker}/subdomain`,
          json: { enabled: true, previews_enabled: false },
        });
        if (subdomain !== null && /^[a-z0-9-]+$/.test(subdomain)) {
          healthUrl = `https://${names.worker}.${subdomain}.workers.dev/health`;
        }
        return { outcome: 'done', detail: 'The Worker answers /health at its address on workers.dev.' };
      },
    },
  ];
  const result = await audited(context, integrationId, 'deploy', () => runSteps(ask, accountId, steps));
  return { ...result, healthUrl };
};

/** The first, or another beside the one that may be in use elsewhere. */
const newSecret = async (context: DeployContext, integrationId: string): Promise<string> => {
  try {
    return (await issueEventSecret(context, integrationId)).secret;
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'event_secret_exists') throw error;
    return (await rotateEventSecret(context, integrationId, { keepOldFor: KEEP_OLD_HOURS })).secret;
  }
};

const metadataOf = (
  { names, bucket, eventsUrl }: Receiver,
  secret: string | null,
  migrationTag: string | null,
) => ({
  main_module: 'index.js',
  compatibility_date: RECEIVER_COMPATIBILITY_DATE,
  bindings: [
    { type: 'plain_text', name: 'SLUICE_EVENTS_URL', text: eventsUrl },
    { type: 'plain_text', name: 'BUCKET_NAME', text: bucket },
    { type: 'plain_text', name: 'QUEUE_NAME', text: names.queue },
    { type: 'queue', name: 'QUEUE', queue_name: names.queue },
    { type: 'queue', name: 'DEAD_LETTERS', queue_name: names.deadLetterQueue },
    { type: 'durable_object_namespace', name: 'WIRING', class_name: 'Wiring' },
    ...(secret === null ? [] : [{ type: 'secret_text', name: 'EVENT_SOURCE_SECRET', text: secret }]),
  ],
  ...(secret === null ? { keep_bindings: ['secret_text'] } : {}),
  ...(migrationTag === MIGRATION
    ? {}
    : { migrations: { new_tag: MIGRATION, new_sqlite_classes: ['Wiring'] } }),
  observability: { enabled: true },
});
