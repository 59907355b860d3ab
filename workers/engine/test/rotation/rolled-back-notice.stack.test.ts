import { call, stringAt } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, faults } from '@sluice/testkit/fake-s3';
import { expect, test } from 'vitest';
import {
  isSignedWith,
  startWebhookReceiver,
} from '../../../../packages/testkit/test/end-to-end/notifications/webhook-receiver.ts';
import { INPUT, isWrittenBack, newCustomer, OUTPUT, pdf } from '../support/customer.ts';
import { newKey, onKey, outcomeOf, rotate } from '../support/keys.ts';

test('a rotation that is rolled back is told of to the customer’s server once, signed, with what was denied and no secret', async (context) => {
  const receiver = await startWebhookReceiver();
  context.onTestFinished(() => receiver.stop());
  const key = newKey();
  const customer = await newCustomer(context, { fake: { identities: [FAKE_IDENTITY, key] } });
  const { id, token, fake } = customer;
  const [integration] = (await customer.sql(
    'select tenant_id from public.s3_integrations where id = $1',
  )) as { tenant_id: string }[];
  const created = await call('POST', '/api/notification-targets', {
    token,
    body: { tenantId: integration?.tenant_id, name: 'Our server', url: receiver.url },
  });
  const told = await call('PUT', `/api/integrations/s3/${id}/notification-target`, {
    token,
    body: { targetId: stringAt(created.body, 'id') },
  });
  expect(told.status, told.text).toBe(200);

  // May write the probe, not below a sub-folder: only work shows it, and several documents meet it at once.
  fake.addFault(
    onKey(
      key,
      faults.only({ operation: 'PutObject', keyPrefix: `${OUTPUT}deep/` }, faults.denies('s3:PutObject')),
    ),
  );
  expect(outcomeOf(await rotate(id, token, key))).toBe('swapped');
  const names = Array.from({ length: 6 }, (_, n) => `${INPUT}deep/${n}.pdf`);
  for (const name of names) customer.put(name, pdf(name));
  await customer.poll();
  for (const name of names) await customer.workUntil(name, isWrittenBack);
  await customer.sweepUntilNone(
    `select 1 from public.notification_deliveries where target_id = (select notification_target_id from public.s3_integrations where id = $1)
     and state <> 'delivered'`,
  );

  const events = receiver.events.map((event) => ({ event, body: JSON.parse(event.body) as unknown }));
  const type = 'integration.credentials_rolled_back';
  const ours = events.filter(({ event }) => event.body.includes(type));
  expect(ours.map(({ body }) => body)).toEqual([
    {
      type,
      timestamp: expect.any(String),
      data: {
        tenantId: integration?.tenant_id,
        integrationId: id,
        name: expect.any(String),
        code: 'access_denied',
        detail: expect.stringContaining('s3:PutObject'),
        deniedKeyHint: key.accessKeyId.slice(-4),
        usedKeyHint: FAKE_IDENTITY.accessKeyId.slice(-4),
      },
    },
  ]);
  for (const { event } of ours)
    expect(isSignedWith(stringAt(created.body, 'signingSecret'), event)).toBe(true);
  for (const secret of [key.accessKeyId, key.secretAccessKey, FAKE_IDENTITY.secretAccessKey])
    expect(receiver.events.filter(({ body }) => body.includes(secret))).toEqual([]);
});
