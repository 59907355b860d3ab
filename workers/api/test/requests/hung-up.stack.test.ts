import { request } from 'node:http';
import { pollUntil } from '@sluice/testkit';
import { at, call, newTenant, stringAt } from '@sluice/testkit/api-client';
import { expect, inject, test } from 'vitest';
import { openSql } from '../support/fixtures.ts';

const sql = openSql();
const TARGETS = '/api/notification-targets';

test('a change whose connection breaks runs to its end, and is done once when it is sent again', async () => {
  const { apiUrl } = inject('stack');
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const made = await call('POST', TARGETS, {
    token,
    body: { tenantId: tenant.id, name: 'Ours', url: 'https://hooks.example.com/x' },
  });
  const id = stringAt(made.body, 'id');
  const key = crypto.randomUUID();
  const path = `${TARGETS}/${id}/rotate-secret`;
  const body = JSON.stringify({ overlapSeconds: 3600 });
  const headers = { 'idempotency-key': key };

  const holder = await sql.connect();
  try {
    await holder.query('begin');
    await holder.query('select from public.notification_targets where id = $1 for update', [id]);
    const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid');
    const sent = request(`${apiUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    });
    sent.on('error', () => undefined);
    sent.end(body);
    await pollUntil(
      async () =>
        (
          await sql.query('select from pg_stat_activity where $1 = any (pg_blocking_pids(pid))', [
            rows[0]?.pid,
          ])
        ).rows[0],
      { what: 'the change to be under way', timeoutMs: 30_000, intervalMs: 20 },
    );
    const closed = new Promise((resolve) => sent.socket?.once('close', resolve));
    sent.socket?.resetAndDestroy();
    await closed;
    await holder.query('commit');
  } finally {
    holder.release();
  }

  await pollUntil(
    async () =>
      (await sql.query('select from private.idempotency_keys where key = $1 and status = 200', [key]))
        .rows[0],
    { what: 'the note of what was done', timeoutMs: 30_000, intervalMs: 20 },
  );
  const again = await call('POST', path, { token, body, headers });
  expect([again.status, at(again.body, 'code')]).toEqual([409, 'idempotency_secret_shown']);
  const { rows } = await sql.query('select secret_version from public.notification_targets where id = $1', [
    id,
  ]);
  expect(rows).toEqual([{ secret_version: 2 }]);
});
