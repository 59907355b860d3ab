import { at } from '@sluice/testkit/api-client';
import { type Fault, faults } from '@sluice/testkit/fake-s3';
import { corruptPdf, encryptedPdf, notAPdf } from '@sluice/testkit/samples';
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
} from './support/customer.ts';

const KEY = `${INPUT}folder/report.pdf`;

/** Does something in the bucket once, at the moment an operation on the key arrives. */
const once = (operation: string, act: () => void): Fault =>
  faults.only({ operation, keyPrefix: KEY, times: 1 }, (_, proceed) => {
    act();
    return proceed();
  });

/** The ETag of the source that a result was made of, as its metadata says. */
const sourceOf = ({ bucket }: Customer, key: string): string | undefined =>
  Object.entries(bucket.get(key)?.headers ?? {}).find(([name]) => name.endsWith('source-etag'))?.[1];

describe.concurrent('an object that vanishes', () => {
  test.for([
    ['before it is looked at', 'HeadObject'],
    ['between the look and the read', 'GetObject'],
  ] as const)(
    '%s is skipped with the reason, and taken in when it comes back',
    async ([, operation], context) => {
      const customer = await newCustomer(context);
      customer.put(KEY, pdf());
      customer.fake.addFault(once(operation, () => customer.bucket.delete(KEY)));
      await customer.poll();
      const gone = await customer.workUntil(KEY, ({ state }) => state === 'skipped');
      expectClear(gone.reason, 'object_not_found', 'customer_config');
      await expectBooksToBalance(customer);

      // The very same bytes again: the same identity, alive once more.
      customer.put(KEY, pdf());
      await customer.poll();
      const back = await customer.workUntil(KEY, isWrittenBack);
      expect(back.id).toBe(gone.id);
      expect(at(await customer.read(), 'ledger')).toMatchObject({ found: 1, writtenBack: 1 });
      await expectBooksToBalance(customer);
    },
  );
});

describe.concurrent('an object that vanishes from a bucket whose policy is the one we give', () => {
  test.for([
    ['before it is looked at', 'HeadObject'],
    ['between the look and the read', 'GetObject'],
  ] as const)('%s is gone and not denied, though the bucket answers 403', async ([, operation], context) => {
    const customer = await newCustomer(context, {
      prepare: (fake) => fake.addFault(faults.leastPrivilege(INPUT, OUTPUT)),
    });
    customer.put(KEY, pdf());
    customer.fake.addFault(once(operation, () => customer.bucket.delete(KEY)));
    await customer.poll();
    const gone = await customer.workUntil(KEY, ({ state }) => state === 'skipped');
    expectClear(gone.reason, 'object_not_found', 'customer_config');
    await expectBooksToBalance(customer);
  });
});

describe.concurrent('an object that changes', () => {
  test.for([
    ['before it is looked at', 'HeadObject'],
    ['between the look and the read', 'GetObject'],
  ] as const)('%s is not mixed up: the newer version is processed', async ([, operation], context) => {
    const customer = await newCustomer(context);
    const first = customer.put(KEY, pdf('first'));
    let second = '';
    customer.fake.addFault(once(operation, () => (second = customer.put(KEY, pdf('second, and longer')))));
    await customer.poll();
    const old = await customer.workUntil(KEY, ({ etag, state }) => etag === first && state === 'skipped');
    expectClear(old.reason, 'object_changed', 'customer_config');

    await customer.poll();
    const done = await customer.workUntil(KEY, isWrittenBack);
    expect(done.etag).toBe(second);
    expect(sourceOf(customer, `${OUTPUT}folder/report.pdf`)).toContain(second);
    expect(at(await customer.read(), 'ledger')).toMatchObject({ found: 2, writtenBack: 1 });
    await expectBooksToBalance(customer);
  });

  test('after it was read is written back in its last version, whichever is ready first', async (context) => {
    const customer = await newCustomer(context);
    customer.put(KEY, pdf('first'));
    await customer.poll();
    await customer.workUntil(KEY, isWrittenBack);
    let last = '';
    for (const text of ['second', 'third', 'fourth']) {
      last = customer.put(KEY, pdf(text));
      await customer.poll();
    }
    const done = await customer.workUntil(KEY, (object) => isWrittenBack(object) && object.etag === last);
    expect(done.etag).toBe(last);
    for (const name of ['report.pdf', 'report.pdf.html']) {
      expect(sourceOf(customer, `${OUTPUT}folder/${name}`), name).toContain(last);
    }
    const states = (await customer.objects()).map(({ state, isCurrent }) => ({ state, isCurrent }));
    expect(states.filter(({ isCurrent }) => isCurrent)).toEqual([{ state: 'written_back', isCurrent: true }]);
  });

  test('back to what it was is taken as it is now', async (context) => {
    const customer = await newCustomer(context);
    const first = customer.put(KEY, pdf('first'));
    await customer.poll();
    await customer.workUntil(KEY, isWrittenBack);
    const second = customer.put(KEY, pdf('second'));
    await customer.poll();
    await customer.workUntil(KEY, (object) => isWrittenBack(object) && object.etag === second);
    customer.put(KEY, pdf('first'));
    await customer.poll();
    await customer.workUntil(KEY, (object) => isWrittenBack(object) && object.etag === first);
    expect(sourceOf(customer, `${OUTPUT}folder/report.pdf`)).toContain(first);
    await expectBooksToBalance(customer);
  });
});

describe.concurrent('a file that is not what its name says', () => {
  test('is settled with its reason: in the name, the size or the content', async (context) => {
    const customer = await newCustomer(context);
    const encrypted = await encryptedPdf();
    const expected: Record<string, [bytes: Buffer, state: string, code: string]> = {
      'page.pdf': [Buffer.from(notAPdf().bytes), 'failed', 'not_a_pdf'],
      'broken.pdf': [Buffer.from(corruptPdf().bytes), 'failed', 'pdf_corrupt'],
      'locked.pdf': [Buffer.from(encrypted.bytes), 'failed', 'pdf_encrypted'],
      'empty.pdf': [Buffer.alloc(0), 'skipped', 'empty_object'],
      'really-a-pdf.txt': [pdf(), 'skipped', 'not_pdf'],
      'folder/': [Buffer.alloc(0), 'skipped', 'folder_marker'],
      'a/../b.pdf': [pdf(), 'skipped', 'object_name_unusable'],
    };
    for (const [name, [bytes]] of Object.entries(expected)) customer.put(`${INPUT}${name}`, bytes);
    customer.put(KEY, pdf());
    await customer.poll();
    for (const [name, [, state, code]] of Object.entries(expected)) {
      const settled = await customer.workUntil(`${INPUT}${name}`, (object) => object.nextAttemptAt === null);
      expect({ name, state: settled.state }).toEqual({ name, state });
      expectClear(settled.reason, code, 'customer_config');
    }
    await customer.workUntil(KEY, isWrittenBack);
    await expectBooksToBalance(customer);
    // What was refused was not charged.
    expect(await customer.charges()).toBe(1);
  });

  test('is taken in when the name or the content is put right', async (context) => {
    const customer = await newCustomer(context);
    customer.put(KEY, Buffer.from(notAPdf().bytes));
    await customer.poll();
    await customer.workUntil(KEY, ({ state }) => state === 'failed');
    customer.put(KEY, pdf());
    await customer.poll();
    await customer.workUntil(KEY, isWrittenBack);
    await expectBooksToBalance(customer);
  });
});

describe.concurrent('our own results', () => {
  test('are never taken in, not even when somebody copies them among the documents', async (context) => {
    const customer = await newCustomer(context, { changes: { inputPrefix: '', outputPrefix: OUTPUT } });
    customer.put(KEY, pdf());
    await customer.poll();
    await customer.workUntil(KEY, isWrittenBack);
    const [result] = customer.bucket.keys().filter((key) => key.startsWith(OUTPUT) && key.endsWith('.pdf'));
    const made = customer.bucket.get(result ?? '');
    expect(made?.body).toBeInstanceOf(Buffer);
    customer.bucket.put('copied.pdf', made?.body ?? Buffer.alloc(0), made?.headers ?? {}, Date.now());
    await customer.poll();
    for (const key of ['copied.pdf', result ?? '']) {
      const settled = await customer.workUntil(key, ({ state }) => state === 'skipped');
      expectClear(settled.reason, 'own_output', 'platform');
    }
    await customer.poll();
    expect(customer.bucket.size).toBe(4);
    expect(await customer.charges()).toBe(1);
    await expectBooksToBalance(customer);
  });
});
