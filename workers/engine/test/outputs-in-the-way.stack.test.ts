import { call } from '@sluice/testkit/api-client';
import { describe, expect, test } from 'vitest';
import {
  expectBooksToBalance,
  expectClear,
  INPUT,
  isWrittenBack,
  newCustomer,
  OUTPUT,
  pdf,
} from './support/customer.ts';

const KEY = `${INPUT}folder/report.pdf`;
const RESULT = `${OUTPUT}folder/report.pdf`;
const MINE = Buffer.from('what the customer keeps here');

describe.concurrent('what is in the place of a result', () => {
  test.for([RESULT, `${RESULT}.html`])(
    'a file of the customer is kept, said, and once moved away written: %s',
    async (taken, context) => {
      const customer = await newCustomer(context);
      customer.put(KEY, pdf());
      customer.put(taken, MINE);
      await customer.poll();
      const held = await customer.workUntil(KEY, ({ state }) => state === 'failed');
      expectClear(held.reason, 'output_taken', 'customer_config');
      expect(held.reason?.detail).toContain(taken);
      expect(customer.bucket.get(taken)?.body).toEqual(MINE);
      // Nor is a half of the results left beside it.
      expect(customer.bucket.keys().filter((key) => key.startsWith(OUTPUT))).toEqual([taken]);
      await expectBooksToBalance(customer);

      // A test alone changes nothing: the file is still there.
      await customer.test();
      await customer.workUntil(KEY, ({ state }) => state === 'failed');
      expect(customer.bucket.get(taken)?.body).toEqual(MINE);

      customer.bucket.delete(taken);
      await customer.test();
      const done = await customer.workUntil(KEY, isWrittenBack);
      expect(done.id).toBe(held.id);
      expect(customer.bucket.keys().filter((key) => key.startsWith(OUTPUT))).toEqual([
        RESULT,
        `${RESULT}.html`,
      ]);
      // Worked on three times, charged once.
      expect(await customer.charges()).toBe(1);
      await expectBooksToBalance(customer);
    },
  );

  test('a file of the customer is no hindrance any more when the sweep goes on with what a passed test began', async (context) => {
    const customer = await newCustomer(context);
    customer.put(KEY, pdf());
    customer.put(RESULT, MINE);
    await customer.poll();
    await customer.workUntil(KEY, ({ state }) => state === 'failed');
    customer.bucket.delete(RESULT);
    await customer.leaveToSweep();
    await customer.workUntil(KEY, isWrittenBack);
  });

  test('a result of its own is replaced by that of a newer version', async (context) => {
    const customer = await newCustomer(context);
    customer.put(KEY, pdf('first'));
    await customer.poll();
    await customer.workUntil(KEY, isWrittenBack);
    const before = customer.bucket.get(RESULT)?.etag;
    const etag = customer.put(KEY, pdf('second'));
    await customer.poll();
    await customer.workUntil(KEY, (object) => object.etag === etag && isWrittenBack(object));
    expect(customer.bucket.get(RESULT)?.etag).not.toBe(before);
  });

  test('a file of the customer is kept although it came between our look and our write', async (context) => {
    const customer = await newCustomer(context);
    customer.put(KEY, pdf('first'));
    await customer.poll();
    await customer.workUntil(KEY, isWrittenBack);
    customer.fake.addFault((request, proceed) => {
      if (request.method === 'PUT' && request.key === RESULT && request.headers['if-match'] !== undefined)
        customer.put(RESULT, MINE);
      return proceed();
    });
    const etag = customer.put(KEY, pdf('second'));
    await customer.poll();
    const held = await customer.workUntil(KEY, (one) => one.etag === etag && one.state === 'failed');
    expectClear(held.reason, 'output_taken', 'customer_config');
    expect(customer.bucket.get(RESULT)?.body).toEqual(MINE);
    await expectBooksToBalance(customer);
  });

  test('the result of another document is kept, and the way out works', async (context) => {
    const customer = await newCustomer(context);
    const { id, token } = customer;
    const rule = `/api/integrations/s3/${id}/rules?prefix=${INPUT}a/`;
    const setTo = (outputSubfolder: string) => call('PUT', rule, { token, body: { outputSubfolder } });
    expect((await setTo('x/')).status).toBe(200);
    customer.put(`${INPUT}a/doc.pdf`, pdf('first'));
    await customer.poll();
    const first = await customer.workUntil(`${INPUT}a/doc.pdf`, isWrittenBack);
    const place = `${OUTPUT}x/a/doc.pdf`;
    const before = customer.bucket.get(place)?.etag;

    customer.put(`${INPUT}x/a/doc.pdf`, pdf('second'));
    await customer.poll();
    const held = await customer.workUntil(`${INPUT}x/a/doc.pdf`, ({ state }) => state === 'failed');
    expectClear(held.reason, 'output_taken', 'customer_config');
    expect(held.reason?.detail).toContain(`(object ${first.id}) lies at ${place}`);
    expect(customer.bucket.get(place)?.etag).toBe(before);
    await expectBooksToBalance(customer);

    const other = `/api/integrations/s3/${id}/rules?prefix=${INPUT}x/a/`;
    expect((await call('PUT', other, { token, body: { outputSubfolder: 'y/' } })).status).toBe(200);
    await customer.test();
    await customer.workUntil(`${INPUT}x/a/doc.pdf`, isWrittenBack);
    expect(customer.bucket.get(`${OUTPUT}y/x/a/doc.pdf`)).toBeDefined();
    expect(customer.bucket.get(place)?.etag).toBe(before);
  });
});
