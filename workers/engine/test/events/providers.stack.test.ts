import { faults } from '@sluice/testkit/fake-s3';
import { expect, test } from 'vitest';
import { INPUT, newCustomer, pdf } from '../support/customer.ts';
import { b2Signature, sendWith, takeEvents } from '../support/event-source.ts';

const BUCKET = 'customer-bucket';
const body = pdf('Hello, events');

test.concurrent('an older event of EventBridge does not undo a newer, in one delivery or in two', async (context) => {
  const customer = await newCustomer(context);
  const secret = await takeEvents(customer.id, customer.token);
  const event = (key: string, etag: string, sequencer: string, minute: number) => ({
    version: '0',
    source: 'aws.s3',
    'detail-type': 'Object Created',
    account: '123456789012',
    region: 'us-east-1',
    time: `2026-11-21T10:0${minute}:00Z`,
    detail: {
      version: '0',
      bucket: { name: BUCKET },
      object: { key, size: 100, etag, sequencer },
      reason: 'PutObject',
    },
  });
  const deliver = (...events: unknown[]) =>
    sendWith(customer.id, events.length === 1 ? events[0] : events, { 'x-api-key': secret });
  // The sequencer is right where the time is not.
  const [older, newer] = [
    ['0055AED6DCD90281E5', 5],
    ['0055AED6DCD90281E6', 1],
  ] as const;
  const together = `${INPUT}together.pdf`;
  expect(
    (await deliver(event(together, 'new', ...newer), event(together, 'old', ...older))).body,
  ).toMatchObject({ events: 2, recorded: 1, known: 1 });
  const apart = `${INPUT}apart.pdf`;
  await deliver(event(apart, 'new', ...newer));
  await deliver(event(apart, 'old', ...older));
  const current = (await customer.objects()).filter(({ isCurrent }) => isCurrent);
  expect(Object.fromEntries(current.map(({ key, etag }) => [key, etag]))).toEqual({
    [apart]: 'new',
    [together]: 'new',
  });
});

test.concurrent('answers before its sender gives up, whatever the bucket does, and loses nothing', async (context) => {
  const customer = await newCustomer(context);
  const secret = await takeEvents(customer.id, customer.token);
  // Never answered while the delivery is taken in.
  customer.fake.addFault(
    faults.only({ operation: 'HeadObject', times: 5 }, () => new Promise(() => undefined)),
  );
  const keys = Array.from({ length: 20 }, (_, n) => `${INPUT}${String(n).padStart(2, '0')}.pdf`);
  for (const key of keys) customer.put(key, body);
  const b2 = {
    events: keys.map((objectName) => ({
      eventType: 'b2:ObjectCreated:Upload',
      bucketName: BUCKET,
      eventTimestamp: Date.now(),
      objectName,
      objectSize: body.length,
    })),
  };
  const answer = await sendWith(customer.id, b2, b2Signature(secret, b2));
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body).toMatchObject({ events: 20, recorded: 0, leftToSweep: 20 });
  await customer.poll();
  expect((await customer.objects()).map(({ key }) => key).toSorted()).toEqual(keys);
});
