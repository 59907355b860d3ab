/**
 * The operations of Cloudflare's API that a deployment calls, as its reference (developers.cloudflare.com/api) describes them, in JSON
 * Schema. Of an answer: what is documented to be there. A request may hold nothing that is not documented. A test has Cloudflare's own
 * client, generated from the published OpenAPI document, do all of it against the fake.
 */

type Schema = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/client/v4`, as documented. */
  readonly path: string;
  /** Names of documented query parameters, and those that wrangler sends. */
  readonly query?: readonly string[];
  /** Of a JSON body; none is documented where there is none. */
  readonly body?: Schema;
  /** The body may be left out. */
  readonly isBodyOptional?: true;
  /** Of the part `metadata` of a multipart body. */
  readonly metadata?: Schema;
  /** Of `result` in an answer of 2xx. */
  readonly result: Schema;
}

const text: Schema = { type: 'string' };
const id: Schema = { type: 'string', minLength: 1, maxLength: 32 };
const closed = (properties: Readonly<Record<string, Schema>>, ...required: string[]): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const open = (properties: Readonly<Record<string, Schema>>, ...required: string[]): Schema => ({
  type: 'object',
  properties,
  required,
});
const listOf = (items: Schema): Schema => ({ type: 'array', items });
const nothing: Schema = { anyOf: [{ type: 'null' }, { type: 'object' }, { type: 'string' }] };

const consumerSettings = closed({
  batch_size: { type: 'number' },
  max_concurrency: { type: ['number', 'null'] },
  max_retries: { type: 'number' },
  max_wait_time_ms: { type: 'number' },
  retry_delay: { type: 'number' },
});
const consumerRequest = closed(
  {
    type: { const: 'worker' },
    script_name: text,
    dead_letter_queue: text,
    settings: consumerSettings,
  },
  'type',
  'script_name',
);
const consumer = open({
  consumer_id: id,
  created_on: { type: 'string', format: 'date-time' },
  type: { enum: ['worker', 'http_pull'] },
  queue_name: text,
  script_name: text,
  dead_letter_queue: text,
  settings: consumerSettings,
});
const queue = open({
  queue_id: id,
  queue_name: text,
  created_on: text,
  modified_on: text,
  consumers: listOf(consumer),
  consumers_total_count: { type: 'number' },
});

const ACTIONS = ['PutObject', 'CopyObject', 'DeleteObject', 'CompleteMultipartUpload', 'LifecycleDeletion'];
const ruleProperties = {
  actions: { type: 'array', items: { enum: ACTIONS }, minItems: 1 },
  prefix: text,
  suffix: text,
  description: text,
};
const rule = open({ ...ruleProperties, ruleId: text, createdAt: text }, 'actions');

const named = (type: string, properties: Readonly<Record<string, Schema>>, ...required: string[]): Schema =>
  closed({ type: { const: type }, name: text, ...properties }, 'type', 'name', ...required);
const scriptMetadata = closed(
  {
    main_module: text,
    compatibility_date: { type: 'string', pattern: String.raw`^\d{4}-\d{2}-\d{2}$` },
    compatibility_flags: listOf(text),
    bindings: listOf({
      oneOf: [
        named('plain_text', { text }, 'text'),
        named('secret_text', { text }, 'text'),
        named('queue', { queue_name: text }, 'queue_name'),
        named('durable_object_namespace', { class_name: text, script_name: text, environment: text }),
      ],
    }),
    keep_bindings: listOf(text),
    migrations: closed({
      new_tag: text,
      old_tag: text,
      new_classes: listOf(text),
      new_sqlite_classes: listOf(text),
      deleted_classes: listOf(text),
    }),
    observability: closed(
      { enabled: { type: 'boolean' }, head_sampling_rate: { type: 'number' } },
      'enabled',
    ),
  },
  'main_module',
);

const account = '/accounts/{account_id}';
const notifications = `${account}/event_notifications/r2/{bucket_name}/configuration`;
const scripts = `${account}/workers/scripts`;

export const OPERATIONS: readonly Operation[] = [
  { method: 'GET', path: `${account}/queues`, query: ['name', 'page'], result: listOf(queue) },
  {
    method: 'POST',
    path: `${account}/queues`,
    body: closed({ queue_name: text, settings: { type: 'object' } }, 'queue_name'),
    result: queue,
  },
  { method: 'DELETE', path: `${account}/queues/{queue_id}`, result: nothing },
  { method: 'GET', path: `${account}/queues/{queue_id}/consumers`, result: listOf(consumer) },
  {
    method: 'POST',
    path: `${account}/queues/{queue_id}/consumers`,
    body: consumerRequest,
    result: consumer,
  },
  {
    method: 'PUT',
    path: `${account}/queues/{queue_id}/consumers/{consumer_id}`,
    body: consumerRequest,
    result: consumer,
  },
  { method: 'DELETE', path: `${account}/queues/{queue_id}/consumers/{consumer_id}`, result: nothing },
  {
    method: 'GET',
    path: notifications,
    result: open({
      bucketName: text,
      queues: listOf(open({ queueId: text, queueName: text, rules: listOf(rule) })),
    }),
  },
  {
    method: 'PUT',
    path: `${notifications}/queues/{queue_id}`,
    body: closed({ rules: listOf(closed(ruleProperties, 'actions')) }, 'rules'),
    result: nothing,
  },
  {
    method: 'DELETE',
    path: `${notifications}/queues/{queue_id}`,
    body: closed({ ruleIds: listOf(text) }),
    isBodyOptional: true,
    result: nothing,
  },
  {
    method: 'GET',
    path: scripts,
    result: listOf(open({ id: text, etag: text, created_on: text, modified_on: text, migration_tag: text })),
  },
  {
    method: 'PUT',
    path: `${scripts}/{script_name}`,
    metadata: scriptMetadata,
    result: open({ id: text, startup_time_ms: { type: 'integer' } }, 'startup_time_ms'),
  },
  { method: 'DELETE', path: `${scripts}/{script_name}`, query: ['force'], result: nothing },
  {
    method: 'GET',
    path: `${scripts}/{script_name}/secrets`,
    result: listOf(open({ name: text, type: { enum: ['secret_text', 'secret_key'] } }, 'name', 'type')),
  },
  {
    method: 'POST',
    path: `${scripts}/{script_name}/subdomain`,
    body: closed({ enabled: { type: 'boolean' }, previews_enabled: { type: 'boolean' } }, 'enabled'),
    result: closed(
      { enabled: { type: 'boolean' }, previews_enabled: { type: 'boolean' } },
      'enabled',
      'previews_enabled',
    ),
  },
  { method: 'GET', path: `${account}/workers/subdomain`, result: closed({ subdomain: text }, 'subdomain') },
  ...['/user/tokens/verify', `${account}/tokens/verify`].map(
    (path): Operation => ({
      method: 'GET',
      path,
      result: open({ id, status: { enum: ['active', 'disabled', 'expired'] } }, 'id', 'status'),
    }),
  ),
];

/** Of every answer. */
const message = open({ code: { type: 'integer', minimum: 1000 }, message: text }, 'code', 'message');
export const envelopeOf = (isOk: boolean, result: Schema): Schema =>
  open(
    {
      success: { const: isOk },
      errors: { type: 'array', items: message, ...(isOk ? { maxItems: 0 } : { minItems: 1 }) },
      messages: { type: 'array' },
      result: isOk ? result : { type: ['object', 'null'] },
    },
    'success',
    'errors',
    'messages',
    'result',
  );
