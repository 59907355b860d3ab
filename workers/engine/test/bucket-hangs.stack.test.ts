import { pollUntil } from '@sluice/testkit';
import { at } from '@sluice/testkit/api-client';
import { faults } from '@sluice/testkit/fake-s3';
import { expect, test } from 'vitest';
import { expectBooksToBalance, expectClear, INPUT, newCustomer, pdf } from './support/customer.ts';

/** More than open a circuit. */
const DOCUMENTS = 14;

// A download that breaks off counts as one that hangs, and holds no consumer meanwhile.
test('a bucket that gives no document out has them wait, says so, and has all of them done once it does', async (context) => {
  const customer = await newCustomer(context, {
    prepare: (fake, bucket) => {
      for (let n = 0; n < DOCUMENTS; n += 1) bucket.put(`${INPUT}${n}.pdf`, pdf(`No ${n}`), {}, Date.now());
      fake.addFault(faults.only({ operation: 'GetObject', keyPrefix: INPUT }, faults.drops));
    },
  });
  await customer.poll();
  const holdUp = async () => at(await customer.read(), 'holdUp');
  const held = await pollUntil(async () => (await holdUp()) ?? undefined, {
    what: 'the documents wait',
    timeoutMs: 60_000,
    intervalMs: 100,
  });
  expectClear(held, 'upstream_timeout', 'upstream');
  expect(held).toMatchObject({ work: 'read' });
  expect(at(await customer.read(), 'ledger')).toMatchObject({ pending: DOCUMENTS, failed: {} });
  expect(await customer.logged('bucket_hangs')).toBe(1);

  customer.fake.clearFaults();
  // As a connection test that passes does; whatever still ends badly from before is forgotten with it.
  await pollUntil(
    async () => {
      await customer.leaveToSweep();
      await customer.sql(
        `update public.s3_processed_objects set due_at = now() where integration_id = $1 and lease_id is null and due_at > now() and state in ('found', 'queued')`,
      );
      await customer.tickSweep();
      return at(await customer.read(), 'ledger.writtenBack') === DOCUMENTS;
    },
    { what: 'all are written back', timeoutMs: 120_000, intervalMs: 250 },
  );
  expect(await holdUp()).toBeNull();
  await expectBooksToBalance(customer);
});
