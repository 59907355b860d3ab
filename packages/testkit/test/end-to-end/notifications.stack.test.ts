import { Pool } from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { at, call, newIntegration, newTenant, stringAt } from '../../src/api-client/index.ts';
import { connectControls } from '../../src/stack/control.ts';
import { pollUntil } from '../../src/stack/process/poll.ts';
import { isSignedWith, startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

const stack = inject('stack');
const sql = new Pool({ connectionString: stack.databaseUrls.superuser, max: 2 });
const controls = connectControls(stack.controlUrl, stack.secretKey);
const ROUTE = '/api/notification-targets';

let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await startWebhookReceiver();
});
afterEach(() => receiver.stop());
afterAll(() => sql.end());

interface Delivery {
  readonly id: string;
  readonly event_type: string;
  readonly state: string;
  readonly attempts: number;
  readonly status_code: number | null;
  readonly error_code: string | null;
  readonly wait: number | null;
}

/** A tenant whose integration tells a target; nobody polls it. */
const connected = async () => {
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const integrationId = await newIntegration(tenant);
  await sql.query(`update public.s3_poll_states set next_poll_at = 'infinity' where integration_id = $1`, [
    integrationId,
  ]);
  const created = await call('POST', ROUTE, {
    token,
    body: { tenantId: tenant.id, name: 'Our server', url: receiver.url },
  });
  expect(created.status, created.text).toBe(201);
  const targetId = stringAt(created.body, 'id');
  const told = await call('PUT', `/api/integrations/s3/${integrationId}/notification-target`, {
    token,
    body: { targetId },
  });
  expect(told.status, told.text).toBe(200);
  return {
    tenantId: tenant.id,
    token,
    integrationId,
    targetId,
    secret: stringAt(created.body, 'signingSecret'),
  };
};
type Connected = Awaited<ReturnType<typeof connected>>;

/** Documents that are written back, one after another. */
const writtenBack = async ({ tenantId, integrationId }: Connected, ...keys: string[]): Promise<void> => {
  for (const key of keys) {
    await sql.query(
      `with o as (insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, due_at)
         values ($1, $2, $3, 'etag', 9, 'poll', 'staged', 'infinity') returning id) select id from o`,
      [tenantId, integrationId, key],
    );
    await sql.query(
      `update public.s3_processed_objects set state = 'written_back', due_at = null, written_back_at = now(), pages = 3, outputs = '[]'
       where integration_id = $1 and key = $2`,
      [integrationId, key],
    );
  }
};

const deliveriesOf = async ({ targetId }: Connected): Promise<Delivery[]> =>
  (
    await sql.query<Delivery>(
      `select id, event_type, state, attempts, status_code, error_code, extract(epoch from due_at - now())::float8 as wait
       from public.notification_deliveries where target_id = $1 order by seq`,
      [targetId],
    )
  ).rows;

/** What waits is due now, as if its time had come. */
const hasten = async ({ targetId }: Connected): Promise<void> => {
  await sql.query(
    `update public.notification_deliveries set due_at = now() where target_id = $1 and state = 'pending' and lease_id is null`,
    [targetId],
  );
  await sql.query(
    'update public.notification_targets set hinted_at = null where id = $1 and lease_id is null',
    [targetId],
  );
};

const until = (
  what: string,
  isDone: () => Promise<boolean> | boolean,
  timeoutMs = 40_000,
): Promise<unknown> =>
  pollUntil(
    async () => {
      await controls.tick('* * * * *');
      return isDone();
    },
    { what, timeoutMs, intervalMs: 200 },
  );

const allDelivered = (connection: Connected) => async () =>
  (await deliveriesOf(connection)).every(({ state }) => state === 'delivered');

describe('a document that is written back', () => {
  test('is told of once, by an event that its receiver can verify', async () => {
    const connection = await connected();
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
    const [connection, other] = [await connected(), await connected()];
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
    const connection = await connected();
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

describe('a receiver that does not take it', () => {
  test('is tried again when it is up, in the order of events, under the same ids', async () => {
    const connection = await connected();
    await receiver.down();
    await writtenBack(connection, 'in/1.pdf', 'in/2.pdf', 'in/3.pdf');
    const first = async () => (await deliveriesOf(connection))[0];
    await until('the first failure', async () => (await first())?.attempts === 1);
    expect(await first()).toMatchObject({
      state: 'pending',
      status_code: null,
      error_code: 'endpoint_unreachable',
    });
    // Those behind it wait: nobody is there.
    expect((await deliveriesOf(connection)).slice(1).map(({ attempts }) => attempts)).toEqual([0, 0]);
    const ids = (await deliveriesOf(connection)).map(({ id }) => id);
    await receiver.up();
    await until('all of them', async () => {
      await hasten(connection);
      return allDelivered(connection)();
    });
    expect(receiver.events.map(({ id }) => id)).toEqual(ids);
    const target = await call('GET', `${ROUTE}/${connection.targetId}`, { token: connection.token });
    expect(target.body).toMatchObject({ status: 'active', failingSince: null });
  });

  test.each([
    [500, 'not_accepted', {}],
    [404, 'not_accepted', {}],
    [307, 'redirect_refused', { location: 'http://127.0.0.1:1/elsewhere' }],
  ] as const)('is tried again after %i, by the schedule', async (status, code, headers) => {
    const connection = await connected();
    receiver.answer = (response) => response.writeHead(status, headers).end('no');
    await writtenBack(connection, 'in/a.pdf');
    await until('the first attempt', async () => (await deliveriesOf(connection))[0]?.attempts === 1);
    // The next may be five seconds away: before it is made, five minutes are the wait after it.
    const [delivery] = await deliveriesOf(connection);
    expect(delivery).toMatchObject({ state: 'pending', status_code: status, error_code: code });
    expect(delivery?.wait).toBeLessThanOrEqual(6);
    await sql.query(`update public.notification_deliveries set attempts = 8, due_at = now() where id = $1`, [
      delivery?.id,
    ]);
    await until('the ninth attempt', async () => (await deliveriesOf(connection))[0]?.attempts === 9);
    expect((await deliveriesOf(connection))[0]?.wait).toBeGreaterThan(24 * 3600 - 60);
    await hasten(connection);
    await until('the last attempt', async () => (await deliveriesOf(connection))[0]?.state === 'failed');
    const { body } = await call('GET', `${ROUTE}/${connection.targetId}/deliveries`, {
      token: connection.token,
    });
    expect(at(body, 'items.0')).toMatchObject({
      state: 'failed',
      attempts: 10,
      statusCode: status,
      nextAttemptAt: null,
    });
    // Sent again by hand, under its own id.
    receiver.answer = (response) => response.writeHead(200).end();
    const replayed = await call('POST', `${ROUTE}/${connection.targetId}/deliveries/${delivery?.id}/replay`, {
      token: connection.token,
    });
    expect(replayed.status, replayed.text).toBe(202);
    await until('the replay', allDelivered(connection));
    expect(new Set(receiver.events.map(({ id }) => id))).toEqual(new Set([delivery?.id]));
  });

  test('that is slow holds nothing up for longer than fifteen seconds', async () => {
    const connection = await connected();
    receiver.answer = () => undefined;
    await writtenBack(connection, 'in/a.pdf');
    const startedMs = Date.now();
    await until('the time-out', async () => (await deliveriesOf(connection))[0]?.attempts === 1);
    expect(Date.now() - startedMs).toBeLessThan(25_000);
    expect((await deliveriesOf(connection))[0]).toMatchObject({
      status_code: null,
      error_code: 'upstream_timeout',
    });
  });

  test('that says yes with an endless body is believed, and the body left alone', async () => {
    const connection = await connected();
    let sentBytes = 0;
    receiver.answer = (response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(64 * 1024);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sentBytes += chunk.length;
      };
      response.on('drain', more);
      response.on('error', () => undefined);
      more();
    };
    await writtenBack(connection, 'in/a.pdf');
    await until('the delivery', allDelivered(connection));
    expect(sentBytes).toBeLessThan(64 * 1024 * 1024);
  });

  test('that refuses one event for half an hour gets the others meanwhile', async () => {
    const connection = await connected();
    receiver.answer = (response, { body }) => response.writeHead(body.includes('poison') ? 422 : 204).end();
    await writtenBack(connection, 'in/poison.pdf', 'in/good.pdf');
    const states = async () => (await deliveriesOf(connection)).map(({ state }) => state);
    await until('the good one', async () => {
      await hasten(connection);
      return (await states())[1] === 'delivered';
    });
    const [poison] = await deliveriesOf(connection);
    expect(poison?.state).toBe('pending');
    expect(poison?.attempts).toBeGreaterThanOrEqual(4);
  });

  test('that is gone is disabled at once, keeps what is new for when it is back, and takes it then', async () => {
    const connection = await connected();
    receiver.answer = (response) => response.writeHead(410).end();
    await writtenBack(connection, 'in/a.pdf');
    const path = `${ROUTE}/${connection.targetId}`;
    const { token } = connection;
    await until(
      'disabled',
      async () => at((await call('GET', path, { token })).body, 'status') === 'disabled',
    );
    expect((await call('GET', path, { token })).body).toMatchObject({ disabledReason: 'gone' });
    await writtenBack(connection, 'in/b.pdf');
    receiver.answer = (response) => response.writeHead(204).end();
    const sentBefore = receiver.events.length;
    await controls.tick('* * * * *');
    expect(receiver.events).toHaveLength(sentBefore);
    const patched = await call('PATCH', path, { token, body: { status: 'active' } });
    expect(patched.body).toMatchObject({ status: 'active', disabledReason: null });
    await until('the new one', async () => (await deliveriesOf(connection))[1]?.state === 'delivered');
  });
});

describe('kills and doubles', () => {
  test('what was sent and not recorded is sent again under the same id, and recorded once', async () => {
    const connection = await connected();
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
    const connection = await connected();
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
    const connection = await connected();
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

describe('a signing secret', () => {
  test('that is rotated signs beside the new one until its time is up, and not after', async () => {
    const connection = await connected();
    const rotate = async (overlapSeconds: number) => {
      const answer = await call('POST', `${ROUTE}/${connection.targetId}/rotate-secret`, {
        token: connection.token,
        body: { overlapSeconds },
      });
      expect(answer.status, answer.text).toBe(200);
      return stringAt(answer.body, 'signingSecret');
    };
    const next = async (key: string) => {
      receiver.events.length = 0;
      await writtenBack(connection, key);
      await until(key, allDelivered(connection));
      const [event] = receiver.events;
      if (event === undefined) throw new Error('nothing came');
      return event;
    };
    const second = await rotate(3600);
    const during = await next('in/during.pdf');
    expect(during.signatures).toHaveLength(2);
    expect([connection.secret, second].map((secret) => isSignedWith(secret, during))).toEqual([true, true]);
    await sql.query(`update public.notification_targets set previous_secret_until = now() where id = $1`, [
      connection.targetId,
    ]);
    const later = await next('in/later.pdf');
    expect([connection.secret, second].map((secret) => isSignedWith(secret, later))).toEqual([false, true]);
    const third = await rotate(0);
    const last = await next('in/last.pdf');
    expect(last.signatures).toHaveLength(1);
    expect([second, third].map((secret) => isSignedWith(secret, last))).toEqual([false, true]);
  });
});

describe('a test event', () => {
  test('says how it was taken, once, and leaves the line alone', async () => {
    const connection = await connected();
    const attempt = () => call('POST', `${ROUTE}/${connection.targetId}/test`, { token: connection.token });
    const good = await attempt();
    expect(good.body).toMatchObject({ outcome: 'delivered', statusCode: 204, code: null });
    expect(JSON.parse(receiver.events[0]?.body ?? '')).toMatchObject({ type: 'target.test' });
    receiver.answer = (response) => response.writeHead(410).end();
    expect((await attempt()).body).toMatchObject({ outcome: 'failed', statusCode: 410 });
    await receiver.down();
    expect((await attempt()).body).toMatchObject({ outcome: 'failed', code: 'endpoint_unreachable' });
    expect((await deliveriesOf(connection)).map(({ state, attempts }) => [state, attempts])).toEqual([
      ['delivered', 1],
      ['failed', 1],
      ['failed', 1],
    ]);
    const target = await call('GET', `${ROUTE}/${connection.targetId}`, { token: connection.token });
    expect(target.body).toMatchObject({ status: 'active', failingSince: null });
  });
});
