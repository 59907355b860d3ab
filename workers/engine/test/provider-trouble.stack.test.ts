import { connectControls } from '@sluice/testkit';
import { at, newIntegration, newTenant } from '@sluice/testkit/api-client';
import { type Fault, faults } from '@sluice/testkit/fake-s3';
import { describe, expect, inject, test } from 'vitest';
import {
  drive,
  expectBooksToBalance,
  expectClear,
  INPUT,
  isWrittenBack,
  newCustomer,
  OUTPUT,
  pdf,
} from './support/customer.ts';

const MANY = 25;
const keys = Array.from({ length: MANY }, (_, n) => `${INPUT}${n % 4}/document ${n}+%.pdf`);

describe.concurrent('a provider in trouble', () => {
  test.for([
    ['that throttles a third of the requests', () => aThirdOf(faults.slowsDown())],
    ['that loses a third of its answers', () => aThirdOf(faults.loses)],
    ['that hangs up on a third of the requests', () => aThirdOf(faults.drops)],
    ['that answers a third of the requests with a page of its proxy', () => aThirdOf(faults.htmlPage(502))],
  ] as const)('%s: every document comes back once all the same', async ([, fault], context) => {
    const customer = await newCustomer(context);
    for (const key of keys) customer.put(key, pdf(key));
    customer.fake.addFault(fault());
    let polled = await customer.poll();
    while (at(polled, 'polling.lastError') !== null) polled = await customer.poll();
    for (const key of keys) await customer.workUntil(key, isWrittenBack);
    const results = customer.bucket.keys().filter((key) => key.startsWith(OUTPUT));
    expect(results).toHaveLength(2 * MANY);
    expect(await customer.charges()).toBe(MANY);
    expect(at(await customer.read(), 'ledger')).toMatchObject({ found: MANY, writtenBack: MANY });
    await expectBooksToBalance(customer);
  });

  test('that goes down in the middle of the work and comes back: nothing is lost, nothing done twice', async (context) => {
    const customer = await newCustomer(context);
    for (const key of keys) customer.put(key, pdf(key));
    let served = 0;
    customer.fake.addFault((_, proceed) => {
      served += 1;
      return served < 40 ? proceed() : { status: 500, headers: {}, body: Buffer.alloc(0) };
    });
    await customer.poll();
    const first = keys[0] ?? '';
    await customer.workUntil(first, () => served >= 60);
    const down = await customer.poll();
    expectClear(at(down, 'polling.lastError'), 'upstream_unavailable', 'upstream');
    expect(at(down, 'ledger')).toMatchObject({ found: MANY, failed: {}, skipped: {} });

    customer.fake.clearFaults();
    expect(at(await customer.poll(), 'polling.lastError')).toBeNull();
    for (const key of keys) await customer.workUntil(key, isWrittenBack);
    expect(await customer.charges()).toBe(MANY);
    await expectBooksToBalance(customer);
  });
});

/**
 * Strikes on a third of the requests, in no rhythm: one that strikes on the third, sixth, … can meet the same request of
 * every attempt, where an attempt takes three, and no object ever ends.
 */
const aThirdOf = (fault: Fault): Fault => {
  let state = 20_261_121;
  return (request, proceed) => {
    // https://en.wikipedia.org/wiki/Linear_congruential_generator, the constants of Numerical Recipes.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state < 2 ** 32 / 3 ? fault(request, proceed) : proceed();
  };
};

describe.concurrent('R2’s own endpoint', () => {
  const onR2 = async (changes: Readonly<Record<string, unknown>>) => {
    const tenant = await newTenant();
    const id = await newIntegration(tenant, changes);
    const integration = drive(id, tenant.owner.accessToken);
    const polled = await integration.poll();
    await integration.change({ status: 'paused' });
    return at(polled, 'polling.lastError');
  };

  test('an empty folder is no error', async () => {
    expect(await onR2({})).toBeNull();
  });

  test('a wrong secret', async () => {
    const { s3 } = inject('stack');
    const credentials = { accessKeyId: s3.accessKeyId, secretAccessKey: 'not-the-one-it-should-be' };
    expectClear(await onR2({ credentials }), 'credentials_wrong_secret', 'customer_config');
  });

  test('an unknown key', async () => {
    const credentials = { accessKeyId: 'nobody-knows-this-key', secretAccessKey: 'nor-this-secret' };
    expectClear(await onR2({ credentials }), 'credentials_unknown', 'customer_config');
  });

  test('an unknown bucket', async () => {
    const said = await onR2({ bucket: 'no-such-bucket' });
    expectClear(said, 'bucket_not_found', 'customer_config');
    expect(at(said, 'detail')).toContain('no-such-bucket');
  });

  test('a path that is not S3’s', async () => {
    const endpoint = new URL(inject('stack').s3.endpoint).origin;
    expectClear(await onR2({ endpoint }), 'endpoint_not_s3', 'customer_config');
  });
});

describe.concurrent('the queues', () => {
  test('drop what is not theirs and go on', async (context) => {
    const customer = await newCustomer(context);
    const { controlUrl, secretKey } = inject('stack');
    const stack = connectControls(controlUrl, secretKey);
    const id = crypto.randomUUID();
    const strangers = [
      null,
      'text',
      {},
      { version: 2, objectId: id },
      { version: 1, objectId: "'; drop table" },
    ];
    await stack.sendToQueue('sluice-poll', [
      ...strangers,
      { version: 1, integrationId: customer.id, leaseId: id },
    ]);
    await stack.sendToQueue('sluice-process', [...strangers, { version: 1, objectId: id }]);
    await stack.sendToQueue('sluice-writeback', [...strangers, { version: 1, objectId: id }]);
    const key = `${INPUT}a.pdf`;
    customer.put(key, pdf());
    await customer.poll();
    await customer.workUntil(key, isWrittenBack);
  });

  test('may deliver everything twice', async (context) => {
    const customer = await newCustomer(context);
    const { controlUrl, secretKey } = inject('stack');
    const stack = connectControls(controlUrl, secretKey);
    for (const key of keys.slice(0, 6)) customer.put(key, pdf(key));
    await customer.poll();
    const messages = (await customer.objects()).map(({ id: objectId }) => ({ version: 1, objectId }));
    for (let n = 0; n < 3; n += 1) {
      await stack.sendToQueue('sluice-process', messages);
      await stack.sendToQueue('sluice-writeback', messages.toReversed());
    }
    for (const key of keys.slice(0, 6)) await customer.workUntil(key, isWrittenBack);
    await stack.sendToQueue('sluice-process', messages);
    await stack.sendToQueue('sluice-writeback', messages);
    expect(await customer.charges()).toBe(6);
    await expectBooksToBalance(customer);
  });
});
