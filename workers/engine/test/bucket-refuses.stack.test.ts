import { at } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, type Fault, faults } from '@sluice/testkit/fake-s3';
import { describe, expect, test } from 'vitest';
import {
  expectBooksToBalance,
  expectClear,
  INPUT,
  isHeldUpBy,
  isWrittenBack,
  newCustomer,
  OUTPUT,
  pdf,
} from './support/customer.ts';

const KEY = `${INPUT}folder/report.pdf`;
const { only, fails, denies } = faults;

describe.concurrent('a bucket that cannot be listed says why, and nothing is lost', () => {
  test.for([
    ['wrong secret', fails(403, 'SignatureDoesNotMatch'), 'credentials_wrong_secret', 'customer_config'],
    ['unknown key', fails(403, 'InvalidAccessKeyId'), 'credentials_unknown', 'customer_config'],
    ['expired token', fails(400, 'ExpiredToken'), 'credentials_expired', 'customer_config'],
    ['unknown bucket', fails(404, 'NoSuchBucket'), 'bucket_not_found', 'customer_config'],
    [
      'listing refused',
      only({ operation: 'ListObjectsV2' }, denies('s3:ListBucket')),
      'access_denied',
      'customer_config',
    ],
    [
      'another region',
      faults.redirects('eu-central-1', 's3.eu-central-1.amazonaws.com'),
      'region_wrong',
      'customer_config',
    ],
    ['a web page', faults.htmlPage(200), 'endpoint_not_s3', 'customer_config'],
    ['throttling', faults.slowsDown(), 'throttled', 'upstream'],
    ['a provider that is down', faults.bare(500), 'upstream_unavailable', 'upstream'],
    ['a provider that hangs up', faults.drops, 'endpoint_unreachable', 'upstream'],
    [
      'a listing cut short',
      only({ operation: 'ListObjectsV2' }, faults.cutsBodyAfter(200)),
      'endpoint_unreachable',
      'upstream',
    ],
    [
      'a listing that is no XML',
      only(
        { operation: 'ListObjectsV2' },
        faults.rewrites((text) => text.slice(0, -30)),
      ),
      'upstream_invalid',
      'upstream',
    ],
    ['a clock that is wrong', fails(403, 'RequestTimeTooSkewed'), 'clock_skew', 'upstream'],
  ] as const)('%s', async ([, fault, code, owner], context) => {
    const customer = await newCustomer(context, {
      prepare: (fake, bucket) => {
        bucket.put(KEY, pdf(), {}, Date.now());
        fake.addFault(fault);
      },
    });
    const refused = await customer.poll();
    expectClear(at(refused, 'polling.lastError'), code, owner);
    expect(at(refused, 'ledger.found')).toBe(0);
    expect(at(refused, 'polling.lastCompletedAt')).toBeNull();

    customer.fake.clearFaults();
    const listed = await customer.poll();
    expect(at(listed, 'polling')).toMatchObject({ lastError: null, lastListedObjects: 1 });
    await customer.workUntil(KEY, isWrittenBack);
    await expectBooksToBalance(customer);
  });

  test('a secret that really is wrong, a key that really is unknown', async (context) => {
    const wrong = await newCustomer(context, {
      changes: { credentials: { ...FAKE_IDENTITY, secretAccessKey: 'fakeSecretMistyped' } },
    });
    expectClear(at(await wrong.poll(), 'polling.lastError'), 'credentials_wrong_secret', 'customer_config');
    const unknown = await newCustomer(context, {
      changes: { credentials: { ...FAKE_IDENTITY, accessKeyId: 'AKIANOBODYKNOWSTHIS1' } },
    });
    expectClear(at(await unknown.poll(), 'polling.lastError'), 'credentials_unknown', 'customer_config');
  });

  test('a wrong region is answered with the right one', async (context) => {
    const customer = await newCustomer(context, { changes: { region: 'eu-west-1' } });
    const said = at(await customer.poll(), 'polling.lastError');
    expectClear(said, 'region_wrong', 'customer_config');
    expect(at(said, 'detail')).toContain('us-east-1');
  });

  test('a bucket that is not there is named', async (context) => {
    const customer = await newCustomer(context, { changes: { bucket: 'no-such-bucket' } });
    const said = at(await customer.poll(), 'polling.lastError');
    expectClear(said, 'bucket_not_found', 'customer_config');
    expect(at(said, 'detail')).toContain('no-such-bucket');
  });

  test('an endpoint nobody answers at is tried again later each time', async (context) => {
    const customer = await newCustomer(context, { changes: { endpoint: 'http://127.0.0.1:9' } });
    const waits: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const polling = at(await customer.poll(), 'polling');
      expectClear(at(polling, 'lastError'), 'endpoint_unreachable', 'upstream');
      const [next, failed] = [at(polling, 'nextPollAt'), at(polling, 'lastError.at')];
      waits.push(Math.round((Date.parse(String(next)) - Date.parse(String(failed))) / 1000));
    }
    // Twice as long each time. The first may not be ours: a cron of another test sees this integration too.
    const [first = 0] = waits;
    expect([120, 240]).toContain(first);
    expect(waits).toEqual([first, 2 * first, 4 * first]);
  });

  test('a paused integration is not asked at all', async (context) => {
    const customer = await newCustomer(context);
    await customer.poll();
    const asked = customer.fake.requests.length;
    await customer.change({ status: 'paused' });
    await customer.tickPolls();
    expect(customer.fake.requests.length).toBe(asked);
    customer.put(KEY, pdf());
    await customer.change({ status: 'active' });
    await customer.poll();
    await customer.workUntil(KEY, isWrittenBack);
  });
});

describe.concurrent('a bucket that lists but refuses the rest says why, and the object waits', () => {
  test.for([
    ['GET', only({ operation: 'GetObject' }, denies('s3:GetObject')), 'access_denied', 'customer_config'],
    ['HEAD', only({ operation: 'HeadObject' }, faults.bare(403)), 'access_denied', 'customer_config'],
    ['PUT', only({ operation: 'PutObject' }, denies('s3:PutObject')), 'access_denied', 'customer_config'],
    [
      'PUT, by its encryption key',
      only({ operation: 'PutObject' }, faults.kmsDenies),
      'encryption_denied',
      'customer_config',
    ],
    [
      'PUT, for want of space',
      only({ operation: 'PutObject' }, fails(507, 'InsufficientStorage')),
      'quota_exceeded',
      'customer_config',
    ],
    ['GET, in throttling', only({ operation: 'GetObject' }, faults.slowsDown()), 'throttled', 'upstream'],
    ['HEAD, in throttling', only({ operation: 'HeadObject' }, faults.slowsDown()), 'throttled', 'upstream'],
    [
      'GET, half way',
      only({ operation: 'GetObject' }, faults.cutsBodyAfter(100)),
      'upstream_timeout',
      'upstream',
    ],
    [
      'PUT, with trouble of its own',
      only({ operation: 'PutObject' }, fails(500, 'InternalError')),
      'upstream_unavailable',
      'upstream',
    ],
    [
      'everything, being down',
      (request, proceed) =>
        request.operation === 'ListObjectsV2'
          ? proceed()
          : { status: 503, headers: {}, body: Buffer.alloc(0) },
      'throttled',
      'upstream',
    ],
  ] satisfies [string, Fault, string, string][])('%s', async ([, fault, code, owner], context) => {
    const customer = await newCustomer(context, {
      prepare: (fake, bucket) => {
        bucket.put(KEY, pdf(), {}, Date.now());
        fake.addFault(fault);
      },
    });
    const polled = await customer.poll();
    expect(at(polled, 'ledger.found')).toBe(1);
    const held = await customer.workUntil(KEY, isHeldUpBy(code));
    expectClear(held.reason, code, owner);
    // It waits; it has not failed.
    expect(['found', 'queued', 'processing', 'staged']).toContain(held.state);
    expect(at(await customer.read(), 'ledger')).toMatchObject({
      found: 1,
      pending: 1,
      failed: {},
      skipped: {},
    });

    customer.fake.clearFaults();
    const done = await customer.workUntil(KEY, isWrittenBack);
    expect(done.reason).toBeNull();
    expect(customer.bucket.keys().filter((key) => key.startsWith(OUTPUT))).toEqual([
      `${OUTPUT}folder/report.pdf`,
      `${OUTPUT}folder/report.pdf.html`,
    ]);
    // However often it was tried, it was charged once.
    expect(await customer.charges()).toBe(1);
    await expectBooksToBalance(customer);
  });

  test('one object that is refused does not hold up the others', async (context) => {
    const customer = await newCustomer(context);
    const others = ['a.pdf', 'b.pdf', 'c.pdf'].map((name) => `${INPUT}${name}`);
    for (const key of [KEY, ...others]) customer.put(key, pdf(key));
    customer.fake.addFault((request, proceed) =>
      request.key === KEY ? denies('s3:GetObject')(request, proceed) : proceed(),
    );
    await customer.poll();
    for (const key of others) await customer.workUntil(key, isWrittenBack);
    await customer.workUntil(KEY, isHeldUpBy('access_denied'));
    expect(at(await customer.read(), 'ledger')).toMatchObject({ found: 4, writtenBack: 3, pending: 1 });
  });

  test('a write whose answer was lost is written once more, to the same names', async (context) => {
    const customer = await newCustomer(context);
    customer.put(KEY, pdf());
    customer.fake.addFault(only({ operation: 'PutObject', times: 3 }, faults.loses));
    await customer.poll();
    await customer.workUntil(KEY, isWrittenBack);
    expect(customer.bucket.keys().filter((key) => key.startsWith(OUTPUT))).toHaveLength(2);
    expect(await customer.charges()).toBe(1);
  });
});
