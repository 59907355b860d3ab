import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { at, call, stringAt } from '../../../src/api-client/index.ts';
import {
  allDelivered,
  connectedTo,
  controls,
  deliveriesOf,
  ROUTE,
  sql,
  until,
  writtenBack,
} from './notification-world.ts';
import { isSignedWith, startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await startWebhookReceiver();
});
afterEach(() => receiver.stop());
afterAll(() => sql.end());

describe('a document that is written back', () => {
  test('is told of once, by an event that its receiver can verify', async () => {
    const connection = await connectedTo(receiver);
    await writtenBack(connection, 'in/a.pdf');
    await until('the delivery', allDelivered(connection));
    expect(receiver.events).toHaveLength(1);
    const [event] = receiver.events;
    if (event === undefined) throw new Error('nothing came');
    expect(isSignedWith(connection.secret, event)).toBe(true);
    expect(isSignedWith(`whsec_${Buffer.alloc(32, 1).toString('base64')}`, event)).toBe(false);
    expect(isSignedWith(connection.secret, { ...event, body: event.body.replace('a.pdf', 'b.pdf') })).toBe(
      false,
    );
    expect(event.headers['content-type']).toBe('application/json');
    expect(JSON.parse(event.body)).toMatchObject({
      type: 'document.written_back',
      data: { integrationId: connection.integrationId, key: 'in/a.pdf', pages: 3 },
    });
    const [delivery] = await deliveriesOf(connection);
    expect(delivery).toMatchObject({ id: event.id, attempts: 1, status_code: 204, error_code: null });
  });

  test('is not told of to whom no target is named, nor to another tenant’s', async () => {
    const [connection, other] = [await connectedTo(receiver), await connectedTo(receiver)];
    await call('PUT', `/api/integrations/s3/${connection.integrationId}/notification-target`, {
      token: connection.token,
      body: { targetId: null },
    });
    await writtenBack(connection, 'in/a.pdf');
    await writtenBack(other, 'in/b.pdf');
    await until('the other’s delivery', allDelivered(other));
    expect(receiver.events.map(({ body }) => at(JSON.parse(body), 'data.key'))).toEqual(['in/b.pdf']);
  });

  test('is told of to the target its folder’s rule names, by name or by id', async () => {
    const connection = await connectedTo(receiver);
    for (const [folder, named] of [
      ['by-name', 'Special'],
      ['by-id', null],
    ] as const) {
      const created = await call('POST', ROUTE, {
        token: connection.token,
        body: {
          tenantId: connection.tenantId,
          name: named ?? 'Other',
          url: `${receiver.url}&target=${folder}`,
        },
      });
      await sql.query(
        `insert into public.s3_integration_folder_rules (tenant_id, integration_id, prefix, notification_target) values ($1, $2, $3, $4)`,
        [
          connection.tenantId,
          connection.integrationId,
          `in/${folder}/`,
          named ?? stringAt(created.body, 'id'),
        ],
      );
    }
    await writtenBack(connection, 'in/by-name/a.pdf', 'in/by-id/b.pdf', 'in/c.pdf');
    await until('three events', () => receiver.events.length === 3);
    const { rows } = await sql.query<{ key: string; name: string }>(
      `select d.payload::jsonb -> 'data' ->> 'key' as key, t.name from public.notification_deliveries d
       join public.notification_targets t on t.id = d.target_id where d.tenant_id = $1`,
      [connection.tenantId],
    );
    expect(Object.fromEntries(rows.map(({ key, name }) => [key, name]))).toEqual({
      'in/by-name/a.pdf': 'Special',
      'in/by-id/b.pdf': 'Other',
      'in/c.pdf': 'Our server',
    });
  });
});

describe('kills and doubles', () => {
  test('what was sent and not recorded is sent again under the same id, and recorded once', async () => {
    const connection = await connectedTo(receiver);
    await writtenBack(connection, 'in/a.pdf');
    await until('the delivery', allDelivered(connection));
    // As a kill between the answer and its record leaves it: taken, and the lease runs out.
    await sql.query(
      `update public.notification_deliveries set state = 'pending', due_at = now(), attempts = 0, delivered_at = null, lease_id = gen_random_uuid()
       where target_id = $1`,
      [connection.targetId],
    );
    await sql.query(
      `update public.notification_targets set lease_id = gen_random_uuid(), lease_expires_at = now() - interval '1 second', hinted_at = now() - interval '2 minutes'
       where id = $1`,
      [connection.targetId],
    );
    await until('the repetition', allDelivered(connection));
    expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(1);
    expect(receiver.events).toHaveLength(2);
    expect(await deliveriesOf(connection)).toHaveLength(1);
  });

  test('ten messages for one target at once send each event once and in order', async () => {
    const connection = await connectedTo(receiver);
    const keys = Array.from({ length: 30 }, (_, n) => `in/${String(n).padStart(2, '0')}.pdf`);
    await writtenBack(connection, ...keys);
    await controls.sendToQueue(
      'sluice-notify',
      Array.from({ length: 10 }, () => ({ version: 1, targetId: connection.targetId })),
    );
    await until('all of them', allDelivered(connection));
    expect(receiver.events.map(({ body }) => at(JSON.parse(body), 'data.key'))).toEqual(keys);
  });
});

describe('a bucket that cannot be listed', () => {
  test('is told of when it fails first, and when it can be listed again', async () => {
    const connection = await connectedTo(receiver);
    const set = (assignments: string) =>
      sql.query(`update public.s3_poll_states set ${assignments} where integration_id = $1`, [
        connection.integrationId,
      ]);
    await set(
      `consecutive_failures = 1, last_error_code = 'access_denied', last_error_detail = 's3:ListBucket'`,
    );
    await set('consecutive_failures = 2');
    await set('consecutive_failures = 0, last_error_code = null, last_error_detail = null');
    await until('both', async () => receiver.events.length === 2);
    expect(receiver.events.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { type: 'integration.failing', data: { reason: 'access_denied', failures: 1 } },
      { type: 'integration.recovered', data: { reason: 'access_denied', failures: 2 } },
    ]);
  });
});
