import { type DeployR2Receiver, type R2Deployment, SluiceError } from '@sluice/shared';
import { issueEventSecret, rotateEventSecret } from '../../credentials/change-event-secret.ts';
import type { R2Bucket } from '../../ports/cloudflare.ts';
import type { EventSecretStore, EventSecrets } from '../../ports/credentials.ts';
import type { IntegrationStore } from '../../ports/integrations.ts';
import { RECEIVER_MODULE } from '../r2-receiver/generated/receiver-source.ts';
import { type Receiver, receiverOf } from '../r2-receiver/receiver.ts';
import { RECEIVER_COMPATIBILITY_DATE, RECEIVER_CONSUMER } from '../r2-receiver/receiver-files.ts';
import { accountOf, textOf } from './account.ts';
import { ruleStep } from './rules.ts';
import { InTheWay, type LeaseContext, leased, resultOf, runSteps, type Step } from './steps.ts';

export interface DeployContext extends LeaseContext {
  readonly integrations: Pick<IntegrationStore, 'getForEdit'>;
  readonly eventSecrets: EventSecretStore;
  readonly secrets: EventSecrets;
}

const MIGRATION = 'v1';
const KEEP_OLD_HOURS = 24;

/**
 * Sets the receiver up in the customer's Cloudflare account, for the bucket and the folder as they are now. What is there already stays, so
 * doing it again changes nothing, and goes on where another attempt stopped. An event secret is made when the Worker has none, or when it
 * is asked for.
 *
 * @throws SluiceError `not_found`, `forbidden`, `not_on_r2`, `receiver_busy`, `conflict` when somebody changed the event secret meanwhile
 */
export const deployReceiver = async (
  context: DeployContext,
  integrationId: string,
  eventsUrl: string,
  choice: Pick<DeployR2Receiver, 'newSecret'>,
): Promise<R2Deployment> => {
  const { integration } = await context.integrations.getForEdit(context.actorId, integrationId);
  const receiver = receiverOf({ ...integration, integrationId, eventsUrl });
  const { bucket, jurisdiction } = receiver;
  return leased(context, integrationId, { action: 'deploy', bucket: { bucket, jurisdiction } }, (held) => {
    const earlier = held.places.filter(
      (place) =>
        place.accountId === context.accountId &&
        !(place.bucket === bucket && place.jurisdiction === jurisdiction),
    );
    return deploy({ ...context, ...held, ...choice }, integrationId, receiver, earlier);
  });
};

type HeldContext = DeployContext &
  Pick<DeployR2Receiver, 'newSecret'> & { readonly hold: () => Promise<void> };

const deploy = async (
  context: HeldContext,
  integrationId: string,
  receiver: Receiver,
  earlier: readonly R2Bucket[],
): Promise<R2Deployment> => {
  const { ask, accountId } = context;
  const { names } = receiver;
  const account = accountOf(ask, accountId);
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
    ruleStep(account, receiver, () => idOf(names.queue), earlier),
    {
      name: 'worker',
      permission: 'Workers Scripts: Edit',
      run: async () => {
        const script = await account.script(names.worker);
        const keepsSecret = !context.newSecret && script !== null && (await account.hasSecret(names.worker));
        // Asked before a secret is made, not only before it is handed over: a secret that no Worker has ends another's.
        if (!keepsSecret) await context.hold();
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
            ? 'The Worker is uploaded; it keeps its event secret. `/health` says whether that is still valid.'
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
  const result = await runSteps(ask, accountId, steps);
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
