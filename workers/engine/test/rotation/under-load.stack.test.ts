import { at } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY } from '@sluice/testkit/fake-s3';
import { expect, test } from 'vitest';
import { expectBooksToBalance, INPUT, newCustomer, OUTPUT, pdf } from '../support/customer.ts';
import { deleted, isSignedWith, newKey, outcomeOf, readCredentials, rotate } from '../support/keys.ts';

/** Requests to the bucket; `ROTATION_CALLS=10000` for the figure that is promised. */
const CALLS = Number(process.env['ROTATION_CALLS'] ?? 500);
/** Each document takes a HEAD, a GET and two PUTs at least. */
const DOCUMENTS = Math.ceil(CALLS / 4);

test(`a rotation in the middle of ${CALLS} calls fails none, nor does deleting the old key once it is safe`, async (context) => {
  const key = newKey();
  const customer = await newCustomer(context, { fake: { identities: [FAKE_IDENTITY, key] } });
  const { fake, bucket, id, token } = customer;
  const calls = { all: 0, old: 0, denied: 0, failed: 0 };
  fake.addFault((request, proceed) => {
    const answer = proceed();
    calls.all += 1;
    if (isSignedWith(FAKE_IDENTITY, request)) calls.old += 1;
    if (answer.status === 401 || answer.status === 403) calls.denied += 1;
    // 404 is an answer, that nothing lies there yet; and 412 the one that the test of the new key wants to its conditions.
    else if (answer.status >= 400 && ![404, 412].includes(answer.status)) calls.failed += 1;
    return answer;
  });
  for (let n = 0; n < DOCUMENTS; n += 1) customer.put(`${INPUT}${n % 7}/${n}.pdf`, pdf(`n ${n}`));
  await customer.poll();

  await customer.untilCredentials(() => calls.all > Math.min(CALLS / 4, 250));
  expect(outcomeOf(await rotate(id, token, key))).toBe('swapped');
  // Until the last batch that began before the swap has ended; that it takes no longer than this is what the time is for.
  await customer.sweepUntilNone(
    `select 1 from public.s3_processed_objects o join public.s3_credential_rotations r on r.integration_id = o.integration_id
     where o.integration_id = $1 and o.lease_id is not null and o.due_at <= r.in_flight_until`,
  );
  await customer.sql(
    'update public.s3_credential_rotations set in_flight_until = now() where integration_id = $1',
  );
  await customer.untilCredentials((seen) => at(seen, 'previous.safeToDelete') === true);
  const before = calls.old;
  fake.addFault(deleted(FAKE_IDENTITY));
  await customer.sweepUntilNone(
    `select 1 from public.s3_processed_objects where integration_id = $1 and state <> 'written_back'`,
  );

  await context.annotate(`calls: ${JSON.stringify(calls)}`);
  expect(before).toBeGreaterThan(0);
  expect(calls).toMatchObject({ old: before, denied: 0, failed: 0 });
  expect(calls.all).toBeGreaterThanOrEqual(CALLS);
  expect(bucket.keys().filter((one) => one.startsWith(OUTPUT))).toHaveLength(2 * DOCUMENTS);
  expect(await customer.charges()).toBe(DOCUMENTS);
  expect(at(await readCredentials(id, token), 'rotation.state')).toBe('overlapping');
  await expectBooksToBalance(customer);
}, 600_000);
