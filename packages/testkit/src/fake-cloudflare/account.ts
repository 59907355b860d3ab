import { randomUUID } from 'node:crypto';

export interface FakeRule {
  /** Made when the rule is added. */
  readonly ruleId?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly actions: readonly string[];
}

export interface FakeScript {
  readonly metadata: Record<string, unknown>;
  readonly module: string;
  readonly secrets: Record<string, string>;
  migrationTag: string | null;
  isOnWorkersDev: boolean;
}

/** What an account has, as plain data. */
export interface FakeAccount {
  buckets: string[];
  /** By name. */
  queues: Record<string, { id: string; consumers: Record<string, unknown>[] }>;
  /** By bucket, then by id of the queue. */
  rules: Record<string, Record<string, FakeRule[]>>;
  scripts: Record<string, FakeScript>;
  subdomain: string;
  /** Tokens that are known, and what each may do. */
  tokens: Record<string, ('queues' | 'r2' | 'scripts')[]>;
  /** What the plan does not have. */
  lacks: string[];
  /** How the next requests end whatever they ask, one after another: method and the end of the path, and a status. */
  troubles: { method: string; path: string; status: number; message?: string }[];
  /** Which requests wait before they are answered, each once: until `waiting` is set to 0. */
  holds: { method: string; path: string }[];
  /** How many requests wait. */
  waiting: number;
}

export const newAccount = (given: Partial<FakeAccount> = {}): FakeAccount => ({
  buckets: [],
  queues: {},
  rules: {},
  scripts: {},
  subdomain: 'acme',
  tokens: {},
  lacks: [],
  troubles: [],
  holds: [],
  waiting: 0,
  ...given,
});

/** A refusal, in Cloudflare's envelope. */
export class CloudflareFault extends Error {
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const queueById = (account: FakeAccount, id: string) => {
  const found = Object.entries(account.queues).find(([, queue]) => queue.id === id);
  if (found === undefined) throw new CloudflareFault(404, 11000, 'Queue does not exist.');
  return { name: found[0], queue: found[1] };
};

export const addQueue = (account: FakeAccount, name: string): { queue_id: string; queue_name: string } => {
  if (account.lacks.includes('queues')) {
    throw new CloudflareFault(
      403,
      100129,
      'Queues are unavailable on the free plan. Please upgrade to a Workers Paid plan to create and use Queues.',
    );
  }
  if (account.lacks.includes('enabled queues')) {
    throw new CloudflareFault(403, 11002, 'In order to use Queues, you must enable your account.');
  }
  if (account.queues[name] !== undefined) {
    throw new CloudflareFault(409, 11009, `Queue name '${name}' is already taken.`);
  }
  account.queues[name] = { id: randomUUID().replaceAll('-', ''), consumers: [] };
  return { queue_id: account.queues[name].id, queue_name: name };
};

/** Rules of one bucket for the same actions must not match the same keys. */
export const addRules = (account: FakeAccount, bucket: string, queueId: string, added: FakeRule[]): void => {
  if (!account.buckets.includes(bucket)) {
    throw new CloudflareFault(404, 10085, 'workers.api.error.bucket_not_found');
  }
  queueById(account, queueId);
  const ofBucket = (account.rules[bucket] ??= {});
  for (const rule of added) {
    if (
      Object.values(ofBucket)
        .flat()
        .some((other) => overlap(rule, other))
    ) {
      throw new CloudflareFault(409, 11020, 'There are conflicting event notification rules.');
    }
    (ofBucket[queueId] ??= []).push({ ...rule, ruleId: randomUUID() });
  }
};

/** @param ruleIds all rules of the queue when there are none. */
export const removeRules = (
  account: FakeAccount,
  bucket: string,
  queueId: string,
  ruleIds?: unknown,
): void => {
  const ofBucket = account.rules[bucket];
  if (ofBucket?.[queueId] === undefined) return;
  const left = Array.isArray(ruleIds)
    ? ofBucket[queueId].filter(({ ruleId }) => !ruleIds.includes(ruleId))
    : [];
  if (left.length > 0) ofBucket[queueId] = left;
  else delete ofBucket[queueId];
};

const overlap = (a: FakeRule, b: FakeRule): boolean => {
  const [prefix, other] = [a.prefix ?? '', b.prefix ?? ''];
  const [suffix, otherSuffix] = [a.suffix ?? '', b.suffix ?? ''];
  return (
    (prefix.startsWith(other) || other.startsWith(prefix)) &&
    (suffix.endsWith(otherSuffix) || otherSuffix.endsWith(suffix)) &&
    a.actions.some((action) => b.actions.includes(action))
  );
};
