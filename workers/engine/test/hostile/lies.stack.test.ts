import { ERROR_CATALOGUE, type ErrorCode } from '@sluice/shared';
import { at } from '@sluice/testkit/api-client';
import { type EngineEnd, LIES, picker, startForbidden } from '@sluice/testkit/hostile-s3';
import { describe, expect, test } from 'vitest';
import {
  type Customer,
  expectBooksToBalance,
  expectClear,
  INPUT,
  isWrittenBack,
  newCustomer,
  OUTPUT,
  pdf,
} from '../support/customer.ts';

const KEY = `${INPUT}folder/report.pdf`;

/** `npm run hostile` plays them all, one after another. Otherwise those that hold no queue: each answer of theirs comes at once. */
const { SLUICE_HOSTILE: which, SLUICE_HOSTILE_SEED: seed = '20261121' } = process.env;
const isWhole = which === 'all';
const SHORT = [
  'a redirect (302) to the metadata address',
  'two tokens in a circle',
  'keys that climb out of their folder',
];
// The engine says no more of a connection that is not one of TLS than that it failed; and the honest bucket is another then.
const played = LIES.filter(
  ({ name, endpoint }) => endpoint === undefined && (isWhole || SHORT.includes(name)),
);

const ownerOf = (code: ErrorCode): string => ERROR_CATALOGUE[code].owner;

const meet = async (customer: Customer, end: EngineEnd): Promise<void> => {
  if (end !== 'works' && 'poll' in end) {
    // A bucket without order is believed to have one until it has shown twice that it has none.
    let polled = await customer.poll();
    for (let n = 0; n < 3 && at(polled, 'polling.lastError') === null; n += 1) polled = await customer.poll();
    expectClear(at(polled, 'polling.lastError'), end.poll, ownerOf(end.poll));
    return;
  }
  await customer.poll();
  if (end === 'works') {
    await customer.workUntil(KEY, isWrittenBack);
    return;
  }
  const held = await customer.workUntil(KEY, ({ reason }) => reason?.code === end.object);
  expectClear(held.reason, end.object, ownerOf(end.object));
};

const suite = isWhole ? describe : describe.concurrent;
suite('a bucket that lies to the running engine', () => {
  test('is played, and none of the short ones is missing', () => {
    expect(played.map(({ name }) => name)).toEqual(expect.arrayContaining(SHORT));
  });

  test.for(played)(
    'is seen through or says why, and loses nothing once it is honest: $name',
    async (lie, context) => {
      const forbidden = await startForbidden();
      context.onTestFinished(forbidden.stop);
      const customer = await newCustomer(context, {
        prepare: (fake, bucket) => {
          bucket.put(KEY, pdf(), {}, Date.now());
          fake.addFault(lie.fault({ forbidden: forbidden.origin, pick: picker(Number(seed)) }));
        },
      });
      await meet(customer, lie.engine);

      customer.fake.clearFaults();
      let polled = await customer.poll();
      while (at(polled, 'polling.lastError') !== null) polled = await customer.poll();
      if (lie.afterwards === 'a connection test') await customer.test();
      if (lie.afterwards === 'a new version') {
        customer.put(KEY, pdf('Again'));
        await customer.poll();
      }
      await customer.workUntil(KEY, isWrittenBack);
      // What it only said it had is settled too.
      for (const { key } of await customer.objects()) {
        await customer.workUntil(key, ({ nextAttemptAt }) => nextAttemptAt === null);
      }
      await expectBooksToBalance(customer);
      expect(await customer.charges()).toBe(1);
      expect(customer.bucket.keys().filter((key) => key.startsWith(OUTPUT))).toEqual([
        `${OUTPUT}folder/report.pdf`,
        `${OUTPUT}folder/report.pdf.html`,
      ]);
      expect(forbidden.asked()).toBe(0);
    },
  );
});
