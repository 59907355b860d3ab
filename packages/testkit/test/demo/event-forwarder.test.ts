import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { startEventForwarder } from '../../src/demo/events/event-forwarder.ts';
import { pollUntil } from '../../src/index.ts';

const SECRET = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`;

const told = (key: string, bucket = 'docs') => ({
  action: 'PutObject' as const,
  bucket,
  key,
  at: new Date().toISOString(),
});

/** A server that answers with these statuses, one after another, and then with 200. */
const world = async (onTestFinished: (stop: () => void) => void, statuses: number[] = []) => {
  const taken: string[][] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      new Webhook(SECRET).verify(body, request.headers as Record<string, string>);
      const status = statuses.shift() ?? 200;
      if (status === 200)
        taken.push((JSON.parse(body) as { object: { key: string } }[]).map((e) => e.object.key));
      response.writeHead(status).end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const said: string[] = [];
  const forwarder = startEventForwarder(({ message }) => said.push(message));
  forwarder.forwardTo({
    bucket: 'docs',
    rules: [{ prefix: 'in/', suffix: '.pdf' }],
    eventsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    secret: SECRET,
    notificationOf: async ({ bucket, key, action, at }) => ({
      account: '0'.repeat(32),
      action,
      bucket,
      object: { key, size: 1, eTag: 'e' },
      eventTime: at,
    }),
  });
  onTestFinished(() => {
    forwarder.stop();
    server.close();
    server.closeAllConnections();
  });
  const until = (count: number) =>
    pollUntil(() => taken.flat().length >= count || undefined, { what: 'the events', timeoutMs: 30_000 });
  return { forwarder, taken, said, until };
};

test('signs what its rules match and sends it on, together while a delivery is under way', async ({
  onTestFinished,
}) => {
  const { forwarder, taken, until } = await world(onTestFinished);
  const keys = Array.from({ length: 250 }, (_, n) => `in/${n}.pdf`);
  await forwarder.notify(told('in/a.txt'));
  await forwarder.notify(told('elsewhere/a.pdf'));
  await forwarder.notify(told('in/a.pdf', 'another'));
  for (const key of keys) await forwarder.notify(told(key));
  await until(250);
  expect(taken.flat()).toEqual(keys);
  expect(Math.max(...taken.map(({ length }) => length))).toBe(100);
});

test('tries again what cannot be taken now, and leaves to a listing what is not wanted', async ({
  onTestFinished,
}) => {
  const { forwarder, taken, said, until } = await world(onTestFinished, [503, 429, 200, 409]);
  await forwarder.notify(told('in/1.pdf'));
  await until(1);
  await forwarder.notify(told('in/2.pdf'));
  await pollUntil(() => said.length > 0 || undefined, { what: 'the refusal', timeoutMs: 30_000 });
  await forwarder.notify(told('in/3.pdf'));
  await until(2);
  expect(taken.flat()).toEqual(['in/1.pdf', 'in/3.pdf']);
  expect(said).toEqual(['1 events were not taken (409); listing will find the files']);
});
