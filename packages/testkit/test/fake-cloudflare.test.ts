import { expect, test } from 'vitest';
import { openFakeAccount, startFakeCloudflare } from '../src/fake-cloudflare/index.ts';
import { complaintOfAnswer } from '../src/fake-cloudflare/schema/check.ts';

const TOKEN = 'token';

const world = async (onTestFinished: (stop: () => Promise<void>) => void) => {
  const fake = await startFakeCloudflare();
  onTestFinished(fake.stop);
  const account = await openFakeAccount(fake.url, {
    buckets: ['docs'],
    tokens: { [TOKEN]: ['queues', 'r2', 'scripts'] },
  });
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${fake.url}/accounts/${account.id}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };
  return { account, ask };
};

const queueIdOf = (answer: Record<string, unknown>): string =>
  (answer['result'] as { queue_id: string }).queue_id;

test.for<[string, string, string, unknown]>([
  ['a field that is not published', 'POST', '/queues', { queue_name: 'q', retention: 1 }],
  ['a field that is missing', 'POST', '/queues', {}],
  ['a parameter that is not published', 'GET', '/queues?filter=q', undefined],
  ['a body where none is published', 'DELETE', '/queues/x', { force: true }],
])('%s is refused', async ([, method, path, body], { onTestFinished }) => {
  const { ask, account } = await world(onTestFinished);
  const { status, answer } = await ask(method, path, body);
  expect([status, answer['success']]).toEqual([400, false]);
  expect(JSON.stringify(answer['errors'])).toContain('Not as published');
  expect((await account.read()).queues).toEqual({});
});

test('an action that R2 does not know is refused', async ({ onTestFinished }) => {
  const { ask } = await world(onTestFinished);
  const queueId = queueIdOf((await ask('POST', '/queues', { queue_name: 'q' })).answer);
  const path = `/event_notifications/r2/docs/configuration/queues/${queueId}`;
  const rule = (action: string) => ({ rules: [{ actions: [action], prefix: 'in/' }] });
  expect((await ask('PUT', path, rule('ObjectCreated'))).status).toBe(400);
  expect((await ask('PUT', path, rule('PutObject'))).status).toBe(200);
});

test('rules are removed one by one, by their ids, or all of a queue', async ({ onTestFinished }) => {
  const { ask, account } = await world(onTestFinished);
  const queueId = queueIdOf((await ask('POST', '/queues', { queue_name: 'q' })).answer);
  const path = `/event_notifications/r2/docs/configuration/queues/${queueId}`;
  const rules = ['a/', 'b/', 'c/'].map((prefix) => ({ actions: ['PutObject'], prefix }));
  await ask('PUT', path, { rules });
  const left = async () => (await account.read()).rules['docs']?.[queueId] ?? [];
  await ask('DELETE', path, { ruleIds: [(await left())[1]?.ruleId] });
  expect((await left()).map(({ prefix }) => prefix)).toEqual(['a/', 'c/']);
  expect((await ask('DELETE', path, { rules: [] })).status).toBe(400);
  await ask('DELETE', path);
  expect(await left()).toEqual([]);
});

test('every answer is held against what is published', () => {
  const path = `/accounts/${'0'.repeat(32)}/queues`;
  const envelope = { success: true, errors: [], messages: [], result: [{ queue_id: 'q', queue_name: 'n' }] };
  expect(complaintOfAnswer('GET', path, 200, envelope)).toBeNull();
  for (const wrong of [
    { ...envelope, success: false },
    { ...envelope, errors: undefined },
    { ...envelope, result: { queue_id: 'q' } },
    { ...envelope, result: [{ queue_id: 7 }] },
    { ...envelope, errors: [{ code: 1000, message: 'and yet' }] },
  ]) {
    expect(complaintOfAnswer('GET', path, 200, wrong)).not.toBeNull();
  }
  const refusal = { success: false, errors: [{ code: 10000, message: 'no' }], messages: [], result: null };
  expect(complaintOfAnswer('GET', path, 403, refusal)).toBeNull();
  expect(complaintOfAnswer('GET', path, 403, { ...refusal, errors: [] })).not.toBeNull();
  expect(
    complaintOfAnswer('GET', path, 403, { ...refusal, errors: [{ code: 7, message: '' }] }),
  ).not.toBeNull();
});
