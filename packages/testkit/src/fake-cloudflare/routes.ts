import { randomUUID } from 'node:crypto';
import {
  addQueue,
  addRules,
  CloudflareFault,
  type FakeAccount,
  type FakeRule,
  queueById,
  removeRules,
} from './account.ts';

interface FakeRequest {
  readonly account: FakeAccount;
  /** What the pattern of the path stands for, in order. */
  readonly at: readonly string[];
  readonly query: URLSearchParams;
  readonly json: Record<string, unknown>;
  readonly form: FormData | null;
}

interface Route {
  readonly method: string;
  /** Below the account. */
  readonly path: RegExp;
  readonly needs: 'queues' | 'r2' | 'scripts';
  readonly answer: (request: FakeRequest) => unknown;
}

const scriptOf = (account: FakeAccount, name = '') => {
  const script = account.scripts[name];
  if (script === undefined) {
    throw new CloudflareFault(404, 10007, 'This Worker does not exist on your account.');
  }
  return script;
};

/** Of Cloudflare's API, what deploying a Worker with a queue and R2's notifications takes. */
export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/queues$/,
    needs: 'queues',
    answer: ({ account, query }) =>
      Object.entries(account.queues)
        .filter(([name]) => name.includes(query.get('name') ?? ''))
        .map(([queue_name, { id, consumers }]) => ({
          queue_id: id,
          queue_name,
          consumers,
          consumers_total_count: consumers.length,
        })),
  },
  {
    method: 'POST',
    path: /^\/queues$/,
    needs: 'queues',
    answer: ({ account, json }) => addQueue(account, String(json['queue_name'])),
  },
  {
    method: 'DELETE',
    path: /^\/queues\/(\w+)$/,
    needs: 'queues',
    answer: ({ account, at: [id = ''] }) => {
      delete account.queues[queueById(account, id).name];
    },
  },
  {
    method: 'GET',
    path: /^\/queues\/(\w+)\/consumers$/,
    needs: 'queues',
    answer: ({ account, at: [id = ''] }) => queueById(account, id).queue.consumers,
  },
  {
    method: 'POST',
    path: /^\/queues\/(\w+)\/consumers$/,
    needs: 'queues',
    answer: ({ account, at: [id = ''], json }) => {
      const { queue } = queueById(account, id);
      if (queue.consumers.length > 0) {
        throw new CloudflareFault(409, 11004, 'workers.api.error.consumer_exists');
      }
      scriptOf(account, String(json['script_name']));
      const consumer = {
        consumer_id: randomUUID().replaceAll('-', ''),
        created_on: new Date().toISOString(),
        ...json,
      };
      queue.consumers.push(consumer);
      return consumer;
    },
  },
  {
    method: 'PUT',
    path: /^\/queues\/(\w+)\/consumers\/(\w+)$/,
    needs: 'queues',
    answer: ({ account, at: [id = '', consumerId], json }) => {
      const { queue } = queueById(account, id);
      const before = queue.consumers.find((one) => one['consumer_id'] === consumerId);
      if (before === undefined) throw new CloudflareFault(404, 11005, 'Consumer does not exist.');
      const consumer = { consumer_id: consumerId, created_on: before['created_on'], ...json };
      queue.consumers = queue.consumers.map((one) => (one === before ? consumer : one));
      return consumer;
    },
  },
  {
    method: 'DELETE',
    path: /^\/queues\/(\w+)\/consumers\/(\w+)$/,
    needs: 'queues',
    answer: ({ account, at: [id = '', consumerId] }) => {
      const { queue } = queueById(account, id);
      queue.consumers = queue.consumers.filter((one) => one['consumer_id'] !== consumerId);
    },
  },
  {
    method: 'GET',
    path: /^\/event_notifications\/r2\/([^/]+)\/configuration$/,
    needs: 'r2',
    answer: ({ account, at: [bucket = ''] }) => {
      if (!account.buckets.includes(bucket)) {
        throw new CloudflareFault(404, 10085, 'workers.api.error.bucket_not_found');
      }
      const rules = account.rules[bucket];
      if (rules === undefined) throw new CloudflareFault(404, 11015, 'No event notification configuration.');
      return {
        bucketName: bucket,
        queues: Object.entries(rules).map(([queueId, list]) => ({
          queueId,
          queueName: Object.keys(account.queues).find((name) => account.queues[name]?.id === queueId),
          rules: list,
        })),
      };
    },
  },
  {
    method: 'PUT',
    path: /^\/event_notifications\/r2\/([^/]+)\/configuration\/queues\/(\w+)$/,
    needs: 'r2',
    answer: ({ account, at: [bucket = '', queueId = ''], json }) =>
      addRules(account, bucket, queueId, json['rules'] as FakeRule[]),
  },
  {
    method: 'DELETE',
    path: /^\/event_notifications\/r2\/([^/]+)\/configuration\/queues\/(\w+)$/,
    needs: 'r2',
    answer: ({ account, at: [bucket = '', queueId = ''], json }) =>
      removeRules(account, bucket, queueId, json['ruleIds']),
  },
  {
    method: 'GET',
    path: /^\/workers\/scripts$/,
    needs: 'scripts',
    answer: ({ account }) =>
      Object.entries(account.scripts).map(([id, { migrationTag }]) => ({
        id,
        ...(migrationTag === null ? {} : { migration_tag: migrationTag }),
      })),
  },
  {
    method: 'GET',
    path: /^\/workers\/scripts\/([\w-]+)\/secrets$/,
    needs: 'scripts',
    answer: ({ account, at: [name] }) =>
      Object.keys(scriptOf(account, name).secrets).map((secret) => ({ name: secret, type: 'secret_text' })),
  },
  {
    method: 'PUT',
    path: /^\/workers\/scripts\/([\w-]+)$/,
    needs: 'scripts',
    answer: async ({ account, at: [name = ''], form }) => putScript(account, name, form),
  },
  {
    method: 'DELETE',
    path: /^\/workers\/scripts\/([\w-]+)$/,
    needs: 'scripts',
    answer: ({ account, at: [name = ''] }) => {
      scriptOf(account, name);
      delete account.scripts[name];
    },
  },
  {
    method: 'GET',
    path: /^\/workers\/subdomain$/,
    needs: 'scripts',
    answer: ({ account }) => ({ subdomain: account.subdomain }),
  },
  {
    method: 'POST',
    path: /^\/workers\/scripts\/([\w-]+)\/subdomain$/,
    needs: 'scripts',
    answer: ({ account, at: [name], json }) => {
      scriptOf(account, name).isOnWorkersDev = json['enabled'] === true;
      return { enabled: json['enabled'] === true, previews_enabled: json['previews_enabled'] === true };
    },
  },
];

const fileOf = async (form: FormData | null, name: string): Promise<string> => {
  const part = form?.get(name);
  if (!(part instanceof Blob)) throw new CloudflareFault(400, 10021, `There is no part ${name}.`);
  return part.text();
};

const putScript = async (account: FakeAccount, name: string, form: FormData | null): Promise<unknown> => {
  const metadata = JSON.parse(await fileOf(form, 'metadata')) as Record<string, unknown>;
  const module = await fileOf(form, String(metadata['main_module']));
  const before = account.scripts[name];
  const bindings = metadata['bindings'] as Record<string, string>[];
  for (const { type, queue_name: queue = '' } of bindings) {
    if (type === 'queue' && account.queues[queue] === undefined) {
      throw new CloudflareFault(400, 10200, `Queue "${queue}" does not exist.`);
    }
  }
  const migration = metadata['migrations'] as { new_tag: string; old_tag?: string } | undefined;
  const tag = before?.migrationTag ?? null;
  if (migration !== undefined && (migration.old_tag ?? null) !== tag) {
    throw new CloudflareFault(412, 10079, 'The migration tag is not the expected one.');
  }
  const kept = (metadata['keep_bindings'] as string[] | undefined)?.includes('secret_text') === true;
  account.scripts[name] = {
    metadata,
    module,
    secrets: {
      ...(kept ? before?.secrets : {}),
      ...Object.fromEntries(
        bindings
          .filter(({ type }) => type === 'secret_text')
          .map(({ name: secret = '', text = '' }) => [secret, text]),
      ),
    },
    migrationTag: migration?.new_tag ?? tag,
    isOnWorkersDev: before?.isOnWorkersDev ?? false,
  };
  return { id: name, startup_time_ms: 1 };
};
