import { at, call } from '@sluice/testkit/api-client';
import { Pool } from 'pg';
import { afterAll, expect, inject, test } from 'vitest';
import { INPUT, newCustomer, pdf } from '../support/customer.ts';
import { r2Event, send, takeEvents } from '../support/event-source.ts';

const BUCKET = 'customer-bucket';
const body = pdf('Hello, events');

const pool = new Pool({ connectionString: inject('stack').databaseUrls.superuser, max: 1 });
afterAll(() => pool.end());

test.concurrent('an old secret that cannot be opened any more refuses nothing that the present one proves', async (context) => {
  const customer = await newCustomer(context);
  const { id, token } = customer;
  await takeEvents(id, token);
  const path = `/api/integrations/s3/${id}/event-secret`;
  const rotated = await call('POST', `${path}/rotate`, { token, body: { keepOldFor: 1 } });
  const fresh = String(at(rotated.body, 'secret'));
  await call('DELETE', `${path}/previous`, { token });
  // What is sealed is never changed otherwise.
  await pool.query(`begin; set local session_replication_role = replica;
    update private.sealed_secrets set secret_ciphertext = decode(repeat('00', 90), 'hex')
    where record_id = '${id}' and field = 'event_secret' and version = 1; commit`);
  const answer = await send(id, fresh, [r2Event(BUCKET, `${INPUT}1.pdf`, body)]);
  expect(answer.body, answer.text).toMatchObject({ outcome: 'recorded', events: 1 });
  const other = await send(id, `whsec_${btoa('x'.repeat(32))}`, []);
  expect([other.status, at(other.body, 'code')]).toEqual([401, 'invalid_secret']);
});

test.concurrent('ids of deliveries are forgotten as they come, by the sweep of each minute', async (context) => {
  const customer = await newCustomer(context);
  await customer.sql(
    `insert into private.s3_event_deliveries (integration_id, delivery_id, received_at)
     select $1, n, now() - make_interval(hours => n) from unnest(array[1, 71, 73, 200]) as n`,
  );
  await customer.sweepUntilNone(
    `select 1 from private.s3_event_deliveries where integration_id = $1 and received_at < now() - interval '72 hours'`,
  );
  const left = await customer.sql(
    'select delivery_id from private.s3_event_deliveries where integration_id = $1 order by received_at desc',
  );
  expect(left).toEqual([{ delivery_id: '1' }, { delivery_id: '71' }]);
});
