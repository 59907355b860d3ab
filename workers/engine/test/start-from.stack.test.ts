import { expect, test } from 'vitest';
import { expectBooksToBalance, expectClear, isWrittenBack, newCustomer, pdf } from './support/customer.ts';

const LONG_AGO = Date.parse('2020-01-01T00:00:00Z');

test('what is older than the start stands in the books, and is taken in when it changes or the start is moved', async (context) => {
  const customer = await newCustomer(context, {
    start: { startFrom: '2021-01-01T00:00:00Z' },
    prepare: (_fake, bucket) => {
      for (const name of ['old', 'again', 'changed']) bucket.put(`in/${name}.pdf`, pdf(name), {}, LONG_AGO);
      bucket.put('in/notes.txt', Buffer.from('old'), {}, LONG_AGO);
    },
  });
  customer.put('in/new.pdf', pdf('new'));
  await customer.poll();
  await customer.workUntil('in/new.pdf', isWrittenBack);
  const reasons = async () =>
    Object.fromEntries((await customer.objects()).map((one) => [one.key, one.reason?.code ?? one.state]));
  expect(await reasons()).toEqual({
    'in/old.pdf': 'before_start',
    'in/again.pdf': 'before_start',
    'in/changed.pdf': 'before_start',
    'in/notes.txt': 'not_pdf',
    'in/new.pdf': 'written_back',
  });
  const old = (await customer.objects()).find(({ key }) => key === 'in/old.pdf');
  expectClear(old?.reason, 'before_start', 'customer_config');

  // Written after the start, with other content or the same.
  customer.put('in/changed.pdf', pdf('quite other'));
  customer.put('in/again.pdf', pdf('again'));
  await customer.poll();
  await customer.workUntil('in/changed.pdf', isWrittenBack);
  await customer.workUntil('in/again.pdf', isWrittenBack);
  expect((await reasons())['in/old.pdf']).toBe('before_start');

  await customer.change({ startFrom: null });
  await customer.poll();
  await customer.workUntil('in/old.pdf', isWrittenBack);
  await expectBooksToBalance(customer);
  // Later again, and nothing is undone.
  await customer.change({ startFrom: 'now' });
  await customer.poll();
  expect((await reasons())['in/old.pdf']).toBe('written_back');
});
