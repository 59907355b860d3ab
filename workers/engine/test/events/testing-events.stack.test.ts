import { at, call, newTenant } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, faults } from '@sluice/testkit/fake-s3';
import { expect, test } from 'vitest';
import { type Customer, expectClear, INPUT, newCustomer } from '../support/customer.ts';
import { r2Event, send, takeEvents } from '../support/event-source.ts';

const BUCKET = 'customer-bucket';

const start = ({ id, token }: Customer, body: unknown = {}) =>
  call('POST', `/api/integrations/s3/${id}/events/test`, { token, body });
const read = async ({ id, token }: Customer) =>
  (await call('GET', `/api/integrations/s3/${id}/events/test`, { token })).body;
const outcomesOf = (body: unknown): unknown[] =>
  (at(body, 'steps') as { outcome: string }[]).map(({ outcome }) => outcome);
const untilEnded = (customer: Customer) =>
  customer.sweepUntilNone(
    'select 1 from public.s3_event_tests where integration_id = $1 and ended_at is null',
  );

test.concurrent('proves the whole way: the object is written, its event arrives, it is deleted and never processed', async (context) => {
  const customer = await newCustomer(context);
  const secret = await takeEvents(customer.id, customer.token);
  const begun = await start(customer);
  expect(begun.status, begun.text).toBe(202);
  const key = String(at(begun.body, 'key'));
  expect(key.startsWith(`${INPUT}sluice-event-test-`)).toBe(true);
  expect(at(begun.body, 'outcome')).toBe('waiting');
  expect(outcomesOf(begun.body)).toEqual(['passed', 'waiting', 'waiting']);
  const again = await start(customer);
  expect([again.status, at(again.body, 'code')]).toEqual([409, 'event_test_running']);

  // What the provider says of what is there.
  const content = customer.bucket.get(key)?.body ?? Buffer.alloc(0);
  expect(content.toString()).toContain('Written by Sluice');
  await send(customer.id, secret, [r2Event(BUCKET, key, content)]);
  const arrived = await read(customer);
  expect(outcomesOf(arrived).slice(0, 2)).toEqual(['passed', 'passed']);
  expect(Number(at(arrived, 'arrivedAfterMs'))).toBeGreaterThanOrEqual(0);
  await untilEnded(customer);
  expect(await read(customer)).toMatchObject({ outcome: 'passed' });
  expect(customer.bucket.keys().filter((one) => one.includes('event-test'))).toEqual([]);
  expect(await customer.objects()).toMatchObject([{ key, state: 'skipped', reason: { code: 'event_test' } }]);
  expect((await start(customer)).status).toBe(202);
});

test.concurrent('says what it means when no event comes, and deletes the object all the same', async (context) => {
  const customer = await newCustomer(context);
  await takeEvents(customer.id, customer.token);
  await start(customer);
  await customer.poll();
  await customer.sql(
    `update public.s3_event_tests set written_at = written_at - interval '61 seconds', started_at = started_at - interval '61 seconds' where integration_id = $1`,
  );
  await untilEnded(customer);
  const test = await read(customer);
  expect(at(test, 'outcome')).toBe('failed');
  expect(outcomesOf(test)).toEqual(['passed', 'failed', 'passed']);
  expect(String(at(test, 'steps.1.text'))).toContain(
    'See that the notification of the bucket covers the input folder',
  );
  expect(customer.bucket.keys().filter((one) => one.includes('event-test'))).toEqual([]);
});

test.concurrent('says when it may not write there; a delivery of our own proves the rest', async (context) => {
  const customer = await newCustomer(context);
  await takeEvents(customer.id, customer.token);
  customer.fake.addFault(
    faults.only({ operation: 'PutObject', keyPrefix: INPUT }, faults.denies('s3:PutObject')),
  );
  const refused = (await start(customer)).body;
  expect(at(refused, 'outcome')).toBe('failed');
  expect(outcomesOf(refused)).toEqual(['failed', 'skipped', 'skipped']);
  expect(String(at(refused, 'steps.0.text'))).toMatch(/allow writing and deleting .* "self_delivery"/);
  const own = await start(customer, { kind: 'self_delivery' });
  expect(own.status, own.text).toBe(202);
  expect(at(own.body, 'outcome')).toBe('passed');
  expect(outcomesOf(own.body)).toEqual(['passed', 'passed', 'skipped']);
  expect((await customer.objects()).map(({ state }) => state)).toEqual(['skipped']);
});

test.concurrent('leaves nobody in doubt about an object that may not be deleted', async (context) => {
  const customer = await newCustomer(context);
  const secret = await takeEvents(customer.id, customer.token);
  customer.fake.addFault(
    faults.only({ operation: 'DeleteObject', keyPrefix: INPUT }, faults.denies('s3:DeleteObject')),
  );
  const key = String(at((await start(customer)).body, 'key'));
  await send(customer.id, secret, [r2Event(BUCKET, key, Buffer.from('x'))]);
  await untilEnded(customer);
  const test = await read(customer);
  expect(outcomesOf(test)).toEqual(['passed', 'passed', 'failed']);
  expect(String(at(test, 'steps.2.text'))).toContain(`Delete ${key} yourself`);
});

test.concurrent('takes an admin, event mode and an integration that is active', async (context) => {
  const customer = await newCustomer(context);
  const polling = await start(customer);
  expect([polling.status, at(polling.body, 'code')]).toEqual([409, 'mode_mismatch']);
  expectClear(polling.body, 'mode_mismatch', 'customer_config');
  expect(
    (await call('GET', `/api/integrations/s3/${customer.id}/events/test`, { token: customer.token })).status,
  ).toBe(404);
  const stranger = (await newTenant()).owner.accessToken;
  expect((await start({ ...customer, token: stranger })).status).toBe(404);
  await takeEvents(customer.id, customer.token);
  await customer.change({ status: 'paused' });
  const paused = await start(customer);
  expect([paused.status, at(paused.body, 'code')]).toEqual([409, 'paused']);
});

test.concurrent('ends at once when another bucket is connected, says where its object is left, and passes for no other bucket', async (context) => {
  const customer = await newCustomer(context, { fake: { buckets: [BUCKET, 'another-bucket'] } });
  const secret = await takeEvents(customer.id, customer.token);
  const key = String(at((await start(customer)).body, 'key'));
  await customer.change({ bucket: 'another-bucket', credentials: FAKE_IDENTITY });
  const test = await read(customer);
  expect(at(test, 'outcome')).toBe('failed');
  expect(outcomesOf(test)).toEqual(['passed', 'failed', 'failed']);
  expect(at(test, 'isOvertaken')).toBe(true);
  expect(String(at(test, 'steps.1.text'))).toContain('looks into another bucket or folder since');
  expect(String(at(test, 'steps.2.text'))).toMatch(
    new RegExp(`^Delete ${key} yourself: Another bucket was connected .*\\(bucket ${BUCKET}\\)`),
  );
  // Nothing is done about it in the bucket of now, where no such object ever lay.
  await customer.tickSweep();
  expect(outcomesOf(await read(customer))).toEqual(['passed', 'failed', 'failed']);
  expect(customer.bucket.get(key)).toBeDefined();
  // Back again, and a test that passes.
  await customer.change({ bucket: BUCKET, credentials: FAKE_IDENTITY });
  await customer.test();
  await call('POST', `/api/integrations/s3/${customer.id}/start`, { token: customer.token, body: {} });
  const next = String(at((await start(customer)).body, 'key'));
  await send(customer.id, secret, [
    r2Event(BUCKET, next, customer.bucket.get(next)?.body ?? Buffer.alloc(0)),
  ]);
  await untilEnded(customer);
  expect(await read(customer)).toMatchObject({ outcome: 'passed' });
  await customer.change({ bucket: 'another-bucket', credentials: FAKE_IDENTITY });
  const path = `/api/integrations/s3/${customer.id}/events/test`;
  expect((await call('GET', path, { token: customer.token })).status).toBe(404);
});

test.concurrent.for<readonly [string, Readonly<Record<string, unknown>>]>([
  ['paused', { status: 'paused' }],
  ['taken out of event mode', { detectionMode: 'poll' }],
  ['given another input folder', { inputPrefix: 'another/' }],
])(
  'says so when the integration is %s meanwhile, does not blame the events, and deletes its object',
  async ([, changes], context) => {
    const customer = await newCustomer(context);
    await takeEvents(customer.id, customer.token);
    await start(customer);
    await customer.change(changes);
    const begun = await read(customer);
    expect([at(begun, 'outcome'), at(begun, 'isOvertaken')]).toEqual(['failed', true]);
    expect(String(at(begun, 'steps.1.text'))).toContain('That says nothing of your events');
    await untilEnded(customer);
    expect(outcomesOf(await read(customer))).toEqual(['passed', 'failed', 'passed']);
    expect(customer.bucket.keys().filter((one) => one.includes('event-test'))).toEqual([]);
  },
);
