import { createHash, randomUUID } from 'node:crypto';
import { type Receiver, receiverOf } from '@sluice/core';
import { pollUntil } from '@sluice/testkit';
import {
  apiUrl,
  at,
  call,
  genericBody,
  newIntegration,
  newTenant,
  stringAt,
} from '@sluice/testkit/api-client';
import { type RunningReceiver, startReceiver } from '@sluice/testkit/r2-receiver';
import { expect, type TestContext, test } from 'vitest';

/** As R2 would tell of an object. */
const notification = (bucket: string, key: string, body = key) => ({
  account: '0123456789abcdef0123456789abcdef',
  action: 'PutObject',
  bucket,
  object: { key, size: body.length, eTag: createHash('md5').update(body).digest('hex') },
  eventTime: new Date().toISOString(),
});

interface World {
  readonly receiver: RunningReceiver;
  readonly bucket: string;
  readonly folder: string;
  /** Keys of the ledger, and how each was found. */
  readonly found: () => Promise<[unknown, unknown][]>;
  change(changes: Readonly<Record<string, unknown>>): Promise<void>;
}

/** An integration in event mode, and its receiver, deployed with a secret that is the right one unless told otherwise. */
const world = async (
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  { secret, changes = {} }: { secret?: string; changes?: Partial<Receiver> } = {},
): Promise<World> => {
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const body = genericBody(tenant.id);
  const id = await newIntegration(tenant, body);
  const path = `/api/integrations/s3/${id}`;
  const issued = await call('POST', `${path}/event-secret`, { token });
  const change = async (change: Readonly<Record<string, unknown>>) => {
    const answer = await call('PATCH', path, { token, body: change });
    expect(answer.status, answer.text).toBe(200);
  };
  await change({ detectionMode: 'event' });
  const receiver = await startReceiver(
    {
      ...receiverOf({
        integrationId: id,
        provider: 'r2',
        bucket: body.bucket,
        endpoint: null,
        inputPrefix: body.inputPrefix,
        eventsUrl: `${apiUrl()}/api/events/s3/${id}`,
      }),
      ...changes,
    },
    secret ?? stringAt(issued.body, 'secret'),
  );
  onTestFinished(async () => {
    await receiver.stop();
    await call('DELETE', path, { token });
  });
  return {
    receiver,
    bucket: body.bucket,
    folder: body.inputPrefix,
    change,
    found: async () => {
      const { body: answer } = await call('GET', `${path}/objects?limit=200`, { token });
      return (at(answer, 'items') as unknown[]).map((item) => [at(item, 'key'), at(item, 'foundBy')]);
    },
  };
};

const until = <T>(what: string, find: () => Promise<T | undefined>): Promise<T> =>
  pollUntil(find, { what, timeoutMs: 60_000, intervalMs: 200 });

test.concurrent('what R2 puts on the queue is in the ledger, and healthy', async (context) => {
  const { receiver, bucket, folder, found } = await world(context);
  const keys = Array.from({ length: 120 }, (_, index) => `${folder}${index} ä'+.pdf`);
  await receiver.notify(keys.slice(0, 60).map((key) => notification(bucket, key)));
  await receiver.notify(keys.slice(60).map((key) => notification(bucket, key)));
  // Delivered twice, as queues may.
  await receiver.notify(keys.slice(0, 60).map((key) => notification(bucket, key)));
  const all = await until('every object', async () => {
    const rows = await found();
    return rows.length >= keys.length ? rows : undefined;
  });
  expect(new Set(all.map(([key]) => key))).toEqual(new Set(keys));
  expect(all).toHaveLength(keys.length);
  expect(new Set(all.map(([, by]) => by))).toEqual(new Set(['event']));
  const { status, text } = await receiver.health();
  expect(text.split('\n')).toEqual([
    expect.stringMatching(/^ok .*secret/),
    expect.stringMatching(/^ok .*queue/),
    expect.stringMatching(/^ok .*bucket.*Sluice answered 200/),
    '',
  ]);
  expect(status).toBe(200);
  expect(await receiver.deadLetters()).toEqual([]);
});

test.concurrent('what is about another bucket becomes a dead letter', async (context) => {
  const { receiver } = await world(context);
  const sent = notification(`another-${randomUUID()}`, 'a.pdf');
  await receiver.notify([sent]);
  const letters = await until('a dead letter', async () => {
    const all = await receiver.deadLetters();
    return all.length > 0 ? all : undefined;
  });
  expect(letters).toEqual([sent]);
});

test.concurrent('a wrong secret and a paused integration are told by /health', async (context) => {
  const wrong = await world(context, { secret: `whsec_${btoa(randomUUID())}` });
  const refused = await wrong.receiver.health();
  expect(refused.status).toBe(503);
  expect(refused.text).toMatch(/^FAIL secret: Sluice does not accept it.*wrangler secret put/m);
  const paused = await world(context);
  await paused.change({ status: 'paused' });
  const waiting = await paused.receiver.health();
  expect(waiting.text).toMatch(/^wait secret: Sluice accepts it.*paused/m);
  expect(waiting.status).toBe(200);
});
