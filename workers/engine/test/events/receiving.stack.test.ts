import { randomUUID } from 'node:crypto';
import { at, call, newIntegration, newTenant, withoutRequestId } from '@sluice/testkit/api-client';
import { expect, test } from 'vitest';
import { expectClear, INPUT, isWrittenBack, newCustomer, OUTPUT, pdf } from '../support/customer.ts';
import {
  b2Signature,
  r2Event,
  refusals,
  refusalsInWords,
  send,
  sendWith,
  takeEvents,
} from '../support/event-source.ts';

const BUCKET = 'customer-bucket';
const KEY = `${INPUT}report 1+2 ä.pdf`;
const body = pdf('Hello, events');

test.concurrent('an event of R2 starts its file, which is written back without a listing', async (context) => {
  const customer = await newCustomer(context);
  const secret = await takeEvents(customer.id, customer.token);
  customer.put(KEY, body);
  const answer = await send(customer.id, secret, [r2Event(BUCKET, KEY, body)]);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body).toEqual({
    outcome: 'recorded',
    events: 1,
    recorded: 1,
    known: 0,
    ignored: 0,
    leftToSweep: 0,
    refused: {},
  });
  await customer.workUntil(KEY, isWrittenBack);
  const [object] = await customer.objects();
  expect(object).toMatchObject({ key: KEY, foundBy: 'event', state: 'written_back' });
});

test.concurrent('every provider’s event of one version is the same row', async (context) => {
  const customer = await newCustomer(context);
  const secret = await takeEvents(customer.id, customer.token);
  const etag = customer.put(KEY, body);
  const now = new Date().toISOString();
  const sent = [
    await send(customer.id, secret, r2Event(BUCKET, KEY, body)),
    await sendWith(
      customer.id,
      [
        {
          source: 'aws.s3',
          'detail-type': 'Object Created',
          account: '123456789012',
          region: 'us-east-1',
          time: now,
          detail: {
            bucket: { name: BUCKET },
            object: { key: KEY, size: body.length, etag, sequencer: '0A' },
          },
        },
      ],
      { 'x-api-key': secret },
    ),
    await sendWith(
      customer.id,
      {
        Records: [
          {
            eventName: 's3:ObjectCreated:Put',
            eventTime: now,
            s3: {
              bucket: { name: BUCKET },
              object: { key: encodeURIComponent(KEY).replaceAll('%20', '+'), size: body.length, eTag: etag },
            },
          },
        ],
      },
      { authorization: `Bearer ${secret}` },
    ),
  ];
  const b2 = {
    events: [
      {
        eventType: 'b2:ObjectCreated:Upload',
        bucketName: BUCKET,
        eventTimestamp: Date.now(),
        objectName: KEY,
        objectSize: body.length,
      },
    ],
  };
  // It has no ETag: the bucket is asked.
  sent.push(await sendWith(customer.id, b2, b2Signature(secret, b2)));
  expect(
    sent.map((answer) => [answer.status, at(answer.body, 'recorded'), at(answer.body, 'known')]),
  ).toEqual([
    [200, 1, 0],
    [200, 0, 1],
    [200, 0, 1],
    [200, 0, 1],
  ]);
  expect(await customer.objects()).toHaveLength(1);
});

test.concurrent('who sends no valid secret learns nothing, not even whether the integration exists', async (context) => {
  const customer = await newCustomer(context);
  const secret = await takeEvents(customer.id, customer.token);
  const without = await newIntegration(await newTenant());
  const other = `whsec_${btoa('x'.repeat(32))}`;
  const events = [r2Event(BUCKET, KEY, body)];
  const answers = await Promise.all([
    send(customer.id, other, events),
    send(randomUUID(), other, events),
    send(without, other, events),
    send('no-id', secret, events),
    send(randomUUID(), secret, events),
    sendWith(customer.id, events, {}),
    sendWith(customer.id, events, { 'x-api-key': other }),
    sendWith(customer.id, events, { authorization: `Bearer ${customer.token}` }),
    sendWith(customer.id, events, b2Signature(other, events)),
    send(customer.id, other, 'not even JSON'),
  ]);
  for (const answer of answers) {
    expect(answer.status).toBe(401);
    expect(withoutRequestId(answer)).toEqual(withoutRequestId(answers[1] ?? answer));
  }
  expect(await customer.objects()).toEqual([]);
  expect(await refusals(customer.id, customer.token)).toEqual({ invalid_secret: 6 });
});

test.concurrent('whatever else is refused says why, is counted by reason and told to the tenant', async (context) => {
  const customer = await newCustomer(context);
  const { id, token } = customer;
  const secret = await takeEvents(id, token);
  const events = [r2Event(BUCKET, KEY, body)];
  const minutesAgo = (minutes: number) => ({ at: new Date(Date.now() - minutes * 60_000) });
  const refused = async (code: string, status: number, sending: ReturnType<typeof send>) => {
    const answer = await sending;
    expect([answer.status, at(answer.body, 'code')], answer.text).toEqual([status, code]);
  };
  await refused('stale_timestamp', 400, send(id, secret, events, minutesAgo(6)));
  await refused('stale_timestamp', 400, send(id, secret, events, minutesAgo(-6)));
  await refused('malformed', 400, send(id, secret, 'no JSON'));
  await refused('malformed', 400, send(id, secret, [{ nothing: 'known' }]));
  await refused('bucket_mismatch', 422, send(id, secret, [r2Event('another', KEY, body)]));
  await customer.change({ status: 'paused' });
  await refused('paused', 409, send(id, secret, events));
  await customer.change({ status: 'active' });
  await customer.change({ detectionMode: 'poll' });
  await refused('mode_mismatch', 409, send(id, secret, events));
  await customer.change({ detectionMode: 'event' });
  expect((await send(id, secret, events, { id: 'one' })).body).toMatchObject({ outcome: 'recorded' });
  expect((await send(id, secret, events, { id: 'one' })).body).toMatchObject({
    outcome: 'replayed',
    recorded: 0,
  });
  // One of another bucket does not keep the others from being taken.
  expect((await send(id, secret, [r2Event('another', KEY, body), ...events])).body).toMatchObject({
    events: 2,
    known: 1,
    refused: { bucket_mismatch: 1 },
  });
  expect(await refusals(id, token)).toEqual({
    bucket_mismatch: 2,
    paused: 1,
    mode_mismatch: 1,
    stale_timestamp: 2,
    replayed: 1,
    malformed: 2,
  });
  expect((await refusalsInWords(id, token)).toSorted()).toEqual([
    '1 event refused: the integration polls its bucket.',
    '1 event refused: the integration was not active.',
    '1 event refused: they had been received before.',
    '2 events refused: they are about another bucket, account or region.',
    '2 events refused: they are nothing that we understand.',
    '2 events refused: they were signed more than five minutes before or after our time.',
  ]);
  const health = (await call('GET', `/api/integrations/s3/${id}/events`, { token })).body;
  expect(health).toMatchObject({ detectionMode: 'event', missed: 0 });
  expect(at(health, 'lastReceivedAt')).not.toBeNull();
});

test.concurrent('two secrets are valid while one is rotated, then only the new one', async (context) => {
  const customer = await newCustomer(context);
  const { id, token } = customer;
  const old = await takeEvents(id, token);
  const path = `/api/integrations/s3/${id}/event-secret`;
  const rotated = await call('POST', `${path}/rotate`, { token, body: { keepOldFor: 1 } });
  const fresh = String(at(rotated.body, 'secret'));
  const event = (n: number) => [r2Event(BUCKET, `${INPUT}${n}.pdf`, body)];
  expect((await send(id, old, event(1))).status).toBe(200);
  expect((await send(id, fresh, event(2))).status).toBe(200);
  const seen = at((await call('GET', path, { token })).body, 'items') as { lastSeenAt: string | null }[];
  expect(seen.map(({ lastSeenAt }) => lastSeenAt !== null)).toEqual([true, true]);
  await call('DELETE', `${path}/previous`, { token });
  expect((await send(id, old, event(3))).status).toBe(401);
  expect((await send(id, fresh, event(3))).status).toBe(200);
  // To its sender the old one is as wrong as any; the tenant is told which it was.
  const other = await send(id, `whsec_${btoa('x'.repeat(32))}`, event(4));
  const retired = await send(id, old, event(4));
  expect(withoutRequestId(retired)).toEqual(withoutRequestId(other));
  await send(id, old, event(5));
  expect(await refusals(id, token)).toEqual({ invalid_secret: 1, retired_secret: 3 });
  expect(await refusalsInWords(id, token)).toEqual([
    '1 event refused: your event source signs with a secret that is not this integration’s.',
    '3 events refused: your event source still signs with the old secret.',
  ]);
  const health = (await call('GET', `/api/integrations/s3/${id}/events`, { token })).body;
  for (const refused of at(health, 'refused') as { code: string }[])
    expectClear(refused, refused.code, 'customer_config');
  expect((await customer.objects()).map(({ key }) => key)).not.toContain(`${INPUT}4.pdf`);
});

test.concurrent('no event is refused or lost while the secret is rotated under load', async (context) => {
  const customer = await newCustomer(context);
  const { id, token } = customer;
  let secret = await takeEvents(id, token);
  const keys = Array.from({ length: 120 }, (_, n) => `${INPUT}${String(n).padStart(3, '0')}.txt`);
  const deliveries = Array.from({ length: 24 }, (_, n) => keys.slice(n * 5, n * 5 + 5));
  const statuses: number[] = [];
  const sender = async () => {
    for (let mine = deliveries.pop(); mine !== undefined; mine = deliveries.pop()) {
      const told = mine.map((key) => r2Event(BUCKET, key, body));
      statuses.push((await send(id, secret, told)).status);
    }
  };
  const rotate = async () => {
    const { body: issued } = await call('POST', `/api/integrations/s3/${id}/event-secret/rotate`, {
      token,
      body: { keepOldFor: 1 },
    });
    secret = String(at(issued, 'secret'));
  };
  await Promise.all([sender(), sender(), rotate()]);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect((await customer.objects()).map(({ key }) => key).toSorted()).toEqual(keys);
  expect(await refusals(id, token)).toEqual({});
});

test.concurrent('with every event lost, the next sweep finds every file, and says that events were missed', async (context) => {
  const customer = await newCustomer(context);
  await takeEvents(customer.id, customer.token);
  await customer.poll();
  for (let n = 0; n < 5; n += 1) customer.put(`${INPUT}${n}.pdf`, pdf(`Lost ${n}`));
  await customer.poll();
  expect(await customer.objects()).toHaveLength(5);
  const { body: health } = await call('GET', `/api/integrations/s3/${customer.id}/events`, {
    token: customer.token,
  });
  expect(health).toMatchObject({ missed: 5, found: { poll: 5 } });
});

test.concurrent('switching to and fro loses and doubles nothing', async (context) => {
  const customer = await newCustomer(context);
  const secret = await takeEvents(customer.id, customer.token);
  const keys: string[] = [];
  for (let n = 0; n < 6; n += 1) {
    const key = `${INPUT}${n}.pdf`;
    const content = pdf(`Number ${n}`);
    keys.push(key);
    customer.put(key, content);
    // Half of them are told, in whichever mode; those in poll mode are refused.
    if (n % 2 === 0) await send(customer.id, secret, [r2Event(BUCKET, key, content)]);
    await customer.change({ detectionMode: n % 3 === 0 ? 'poll' : 'event' });
  }
  await customer.poll();
  const found = await customer.objects();
  expect(found.map(({ key }) => key).toSorted()).toEqual(keys);
  for (const key of keys) await customer.workUntil(key, isWrittenBack);
  expect(await customer.charges()).toBe(keys.length);
  expect([...customer.bucket.keys()].filter((key) => key.startsWith(OUTPUT)).length).toBeGreaterThanOrEqual(
    keys.length,
  );
});

test.concurrent('the largest delivery is taken and a byte more is not', async (context) => {
  const customer = await newCustomer(context);
  const secret = await takeEvents(customer.id, customer.token);
  const event = JSON.stringify(r2Event(BUCKET, `${INPUT}a.pdf`, body));
  const whole = event.padEnd(256 * 1024, ' ');
  expect((await send(customer.id, secret, whole)).status).toBe(200);
  expect((await send(customer.id, secret, `${whole} `)).status).toBe(413);
});

test.concurrent('event mode takes an event secret, an admin, and the revision that was read', async (context) => {
  const customer = await newCustomer(context);
  const path = `/api/integrations/s3/${customer.id}`;
  const change = (token: string, body: unknown, headers: Record<string, string> = {}) =>
    call('PATCH', path, { token, body, headers });
  const toEvents = { detectionMode: 'event' };
  expect((await change(customer.token, toEvents)).body).toMatchObject({ code: 'event_secret_missing' });
  await takeEvents(customer.id, customer.token);
  const stranger = (await newTenant()).owner.accessToken;
  expect((await change(stranger, { detectionMode: 'poll' })).status).toBe(404);
  expect((await change(customer.token, { detectionMode: 'poll', name: 'Both' })).status).toBe(400);
  expect((await change(customer.token, { detectionMode: 'poll' }, { 'if-match': '"1"' })).status).toBe(412);
  expect(at(await customer.read(), 'detectionMode')).toBe('event');
});
