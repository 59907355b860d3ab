import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { at, call } from '../../../src/api-client/index.ts';
import {
  allDelivered,
  connectedTo,
  controls,
  deliveriesOf,
  hasten,
  ROUTE,
  sql,
  until,
  writtenBack,
} from './notification-world.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await startWebhookReceiver();
});
afterEach(() => receiver.stop());
afterAll(() => sql.end());

describe('a receiver that does not take it', () => {
  test('is tried again when it is up, in the order of events, under the same ids', async () => {
    const connection = await connectedTo(receiver);
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
    const connection = await connectedTo(receiver);
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
    const connection = await connectedTo(receiver);
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
    const connection = await connectedTo(receiver);
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
    const connection = await connectedTo(receiver);
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
    const connection = await connectedTo(receiver);
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
