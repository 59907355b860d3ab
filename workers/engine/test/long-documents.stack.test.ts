import { longPdf } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { expectBooksToBalance, isWrittenBack, newCustomer, OUTPUT } from './support/customer.ts';

describe.concurrent('a document that is too large for a Worker comes back all the same, and is charged once', () => {
  test.for<[string, number, number]>([
    ['300 pages', 300, 0],
    ['21 MiB', 2, 21 * 1024 * 1024],
  ])('of %s', async ([, pages, padding], context) => {
    const customer = await newCustomer(context, {
      prepare: (_, bucket) =>
        void bucket.put('in/long.pdf', Buffer.from(longPdf(pages, padding)), {}, Date.now()),
    });
    await customer.poll();
    await customer.workUntil('in/long.pdf', isWrittenBack);
    const html = customer.bucket.get(`${OUTPUT}long.pdf.html`);
    expect(Buffer.from(html?.body ?? []).toString()).toContain(`${pages} Matters of page ${pages}`);
    expect(await customer.charges()).toBe(1);
    expect(await customer.sql('select pages from public.cost_ledger where integration_id = $1')).toEqual([
      { pages },
    ]);
    await expectBooksToBalance(customer);
  });
});
