import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { call, stringAt } from '../../../src/api-client/index.ts';
import {
  allDelivered,
  connectedTo,
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

describe('a signing secret', () => {
  test('that is rotated signs beside the new one until its time is up, and not after', async () => {
    const connection = await connectedTo(receiver);
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
    const kept = async () => {
      const { rows } = await sql.query('select from private.sealed_secrets where record_id = $1', [
        connection.targetId,
      ]);
      return rows.length;
    };
    // The answer with this one is lost, so the customer asks for another: the server still has the first.
    const lost = await rotate(3600);
    const second = await rotate(3600);
    const during = await next('in/during.pdf');
    expect(during.signatures).toHaveLength(3);
    for (const secret of [connection.secret, lost, second]) expect(isSignedWith(secret, during)).toBe(true);
    await sql.query(`update public.notification_targets set previous_secret_until = now() where id = $1`, [
      connection.targetId,
    ]);
    const later = await next('in/later.pdf');
    expect([connection.secret, second].map((secret) => isSignedWith(secret, later))).toEqual([false, true]);
    const third = await rotate(0);
    const last = await next('in/last.pdf');
    expect(last.signatures).toHaveLength(1);
    expect([second, third].map((secret) => isSignedWith(secret, last))).toEqual([false, true]);
    expect(await kept()).toBe(1);
    for (let n = 0; n < 6; n += 1) await rotate(3600);
    expect(await kept()).toBe(5);
    await sql.query(`update public.notification_targets set previous_secret_until = now() where id = $1`, [
      connection.targetId,
    ]);
    await sql.query('select public.prune_notification_deliveries()');
    expect(await kept()).toBe(1);
  });
});

describe('a test event', () => {
  test('says how it was taken, once, and leaves the line alone', async () => {
    const connection = await connectedTo(receiver);
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
