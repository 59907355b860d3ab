import Cloudflare from 'cloudflare';
import { expect, test } from 'vitest';
import { openFakeAccount, startFakeCloudflare } from '../src/fake-cloudflare/index.ts';

/** Everything in all pages. */
const all = async <T>(pages: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
};

test('Cloudflare’s own client, which is generated from its published schema, sets everything up and takes it back', async ({
  onTestFinished,
}) => {
  const fake = await startFakeCloudflare();
  onTestFinished(fake.stop);
  const account = await openFakeAccount(fake.url, {
    buckets: ['docs'],
    tokens: { token: ['queues', 'r2', 'scripts'] },
  });
  const client = new Cloudflare({ apiToken: 'token', baseURL: fake.url, maxRetries: 0 });
  const of = { account_id: account.id };

  expect((await client.user.tokens.verify()).status).toBe('active');
  const made = await client.queues.create({ ...of, queue_name: 'events' });
  const dead = await client.queues.create({ ...of, queue_name: 'events-dlq' });
  const queueId = made.queue_id ?? '';
  expect(made.queue_name).toBe('events');
  expect((await all(client.queues.list(of))).map(({ queue_name }) => queue_name)).toEqual([
    'events',
    'events-dlq',
  ]);

  const metadata = {
    main_module: 'index.js',
    compatibility_date: '2026-11-01',
    bindings: [
      { type: 'plain_text', name: 'BUCKET_NAME', text: 'docs' },
      { type: 'secret_text', name: 'SECRET', text: 'whsec_c2VjcmV0' },
      { type: 'queue', name: 'QUEUE', queue_name: 'events' },
    ],
  } satisfies Cloudflare.Workers.ScriptUpdateParams['metadata'];
  // Its own form has a field for each property; the documented one, which wrangler and we send, has one part of JSON.
  const body = new FormData();
  body.append('metadata', new Blob([JSON.stringify(metadata)], { type: 'application/json' }));
  body.append(
    'index.js',
    new File(['export default {};'], 'index.js', { type: 'application/javascript+module' }),
  );
  const { result: script } = await client.put<{ result: Cloudflare.Workers.ScriptUpdateResponse }>(
    `/accounts/${account.id}/workers/scripts/receiver`,
    { body },
  );
  expect(script.id).toBe('receiver');
  expect((await all(client.workers.scripts.list(of))).map(({ id }) => id)).toEqual(['receiver']);
  expect(await all(client.workers.scripts.secrets.list('receiver', of))).toEqual([
    { name: 'SECRET', type: 'secret_text' },
  ]);
  expect(await client.workers.scripts.subdomain.create('receiver', { ...of, enabled: true })).toMatchObject({
    enabled: true,
  });

  const worker = { ...of, type: 'worker', script_name: 'receiver', dead_letter_queue: 'events-dlq' } as const;
  await client.queues.consumers.create(queueId, { ...worker, settings: { batch_size: 100 } });
  const [consumer] = await all(client.queues.consumers.list(queueId, of));
  expect(consumer).toMatchObject({ type: 'worker', settings: { batch_size: 100 } });

  const bucket = { ...of, bucket_name: 'docs' };
  const rules = [{ actions: ['PutObject', 'CompleteMultipartUpload'] as const, prefix: 'in/' }];
  await client.r2.buckets.eventNotifications.update(queueId, {
    ...bucket,
    rules: rules.map(({ actions, prefix }) => ({ actions: [...actions], prefix })),
  });
  const told = await client.r2.buckets.eventNotifications.list('docs', of);
  expect(told.queues).toMatchObject([{ queueId, queueName: 'events', rules }]);

  await client.r2.buckets.eventNotifications.delete(queueId, bucket);
  await client.queues.consumers.delete(consumer?.consumer_id ?? '', { ...of, queue_id: queueId });
  await client.workers.scripts.delete('receiver', of);
  for (const { queue_id } of [made, dead]) await client.queues.delete(queue_id ?? '', of);
  expect(await all(client.queues.list(of))).toEqual([]);
  expect(await all(client.workers.scripts.list(of))).toEqual([]);
});
