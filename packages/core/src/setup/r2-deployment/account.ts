import type { AskCloudflare, R2Bucket } from '../../ports/cloudflare.ts';
import { CloudflareRefusal, resultOf } from './steps.ts';

/** The notification rules of a bucket that send to one queue. */
export interface QueueRules {
  readonly queueId: string;
  /** Null when Cloudflare does not say, as of a queue that is gone. */
  readonly queueName: string | null;
  readonly rules: readonly Readonly<Record<string, unknown>>[];
}

/** What Cloudflare has of a receiver. Everything that is read is checked: it is another's answer. */
export const accountOf = (ask: AskCloudflare, accountId: string) => {
  const base = `/accounts/${accountId}`;
  const rulesAt = ({ bucket, jurisdiction }: R2Bucket, queueId?: string) => ({
    path: `${base}/event_notifications/r2/${encodeURIComponent(bucket)}/configuration${queueId === undefined ? '' : `/queues/${queueId}`}`,
    jurisdiction,
  });
  return {
    base,
    findQueue: async (name: string): Promise<string | null> => {
      const queues = await resultOf(ask, { method: 'GET', path: `${base}/queues?name=${name}` });
      return textOf(listOf(queues).find((queue) => queue['queue_name'] === name)?.['queue_id']);
    },
    queueNames: async (): Promise<readonly string[]> =>
      listOf(await resultOf(ask, { method: 'GET', path: `${base}/queues` })).flatMap(
        (queue) => textOf(queue['queue_name']) ?? [],
      ),
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
    /** The rules of a bucket, by queue. Null when the account has no such bucket. */
    rulesOf: async (bucket: R2Bucket): Promise<readonly QueueRules[] | null> => {
      const answer = await ask({ method: 'GET', ...rulesAt(bucket) });
      if (answer.status === 404) {
        // Without these the bucket has no rules yet.
        return answer.errors.some(({ code }) => code === 10006 || code === 10085) ? null : [];
      }
      if (!answer.isOk) throw new CloudflareRefusal(answer);
      return listOf(recordOf(answer.result)['queues']).map(({ queueId, queueName, rules }) => ({
        queueId: textOf(queueId) ?? '',
        queueName: textOf(queueName),
        rules: listOf(rules),
      }));
    },
    addRules: (bucket: R2Bucket, queueId: string, rules: readonly unknown[]) =>
      resultOf(ask, { method: 'PUT', ...rulesAt(bucket, queueId), json: { rules } }),
    /** @param ruleIds all that send to the queue when null. */
    removeRules: (bucket: R2Bucket, queueId: string, ruleIds: readonly string[] | null) =>
      resultOf(ask, {
        method: 'DELETE',
        ...rulesAt(bucket, queueId),
        ...(ruleIds === null ? {} : { json: { ruleIds } }),
      }),
  };
};

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const listOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map(recordOf) : [];

export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
