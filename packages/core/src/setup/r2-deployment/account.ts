import type { AskCloudflare } from '../../ports/cloudflare.ts';
import type { Receiver } from '../r2-receiver/receiver.ts';
import { CloudflareRefusal, resultOf } from './steps.ts';

/** What Cloudflare has of a receiver, by names. Everything that is read is checked: it is another's answer. */
export const accountOf = (ask: AskCloudflare, accountId: string, { bucket, jurisdiction }: Receiver) => {
  const base = `/accounts/${accountId}`;
  const rules = `${base}/event_notifications/r2/${encodeURIComponent(bucket)}/configuration`;
  return {
    base,
    findQueue: async (name: string): Promise<string | null> => {
      const queues = await resultOf(ask, { method: 'GET', path: `${base}/queues?name=${name}` });
      return textOf(listOf(queues).find((queue) => queue['queue_name'] === name)?.['queue_id']);
    },
    consumers: async (queueId: string) =>
      listOf(await resultOf(ask, { method: 'GET', path: `${base}/queues/${queueId}/consumers` })).map(
        (consumer) => ({
          id: textOf(consumer['consumer_id']),
          // By both names, as different versions of the API have it.
          script:
            textOf(consumer['script']) ?? textOf(consumer['script_name']) ?? textOf(consumer['service']),
        }),
      ),
    script: async (name: string): Promise<{ readonly migrationTag: string | null } | null> => {
      const scripts = listOf(await resultOf(ask, { method: 'GET', path: `${base}/workers/scripts` }));
      const script = scripts.find(({ id }) => id === name);
      return script === undefined ? null : { migrationTag: textOf(script['migration_tag']) };
    },
    hasSecret: async (name: string): Promise<boolean> =>
      listOf(await resultOf(ask, { method: 'GET', path: `${base}/workers/scripts/${name}/secrets` })).some(
        (secret) => secret['name'] === 'EVENT_SOURCE_SECRET',
      ),
    /** The rules of the bucket that send to a queue. */
    rulesTo: async (queueId: string) => {
      const answer = await ask({ method: 'GET', path: rules, jurisdiction });
      // Of a bucket that has none yet; 10006 and 10085 say that there is no such bucket.
      if (answer.status === 404 && !answer.errors.some(({ code }) => code === 10006 || code === 10085)) {
        return [];
      }
      if (!answer.isOk) throw new CloudflareRefusal(answer);
      const queues = listOf(recordOf(answer.result)['queues']);
      return listOf(queues.find((queue) => queue['queueId'] === queueId)?.['rules']);
    },
    addRules: (queueId: string, added: readonly unknown[]) =>
      resultOf(ask, {
        method: 'PUT',
        path: `${rules}/queues/${queueId}`,
        json: { rules: added },
        jurisdiction,
      }),
    removeRules: (queueId: string) =>
      resultOf(ask, { method: 'DELETE', path: `${rules}/queues/${queueId}`, jurisdiction }),
  };
};

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const listOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map(recordOf) : [];

export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
