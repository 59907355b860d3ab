import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTenant, pollUntil, startTemporaryStack } from '@sluice/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * An endpoint that must not be called, through the running Workers as they are deployed: when it is saved, when it is tested and when
 * it is used. On a stack of its own, because the shared one lets buckets be on this machine.
 */
const stack = await startTemporaryStack({
  buckets: [],
  workers: {
    extraVars: {
      'sluice-engine': { EGRESS_MODE: 'strict', OWN_ZONES: 'sluice.example' },
      'sluice-remediation': { EGRESS_MODE: 'strict' },
    },
  },
});
/** Stands for everything on our own network. */
let connections = 0;
const inside = createServer((_request, response) => response.end('secret'));
inside.on('connection', () => {
  connections += 1;
});
await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
const { port } = inside.address() as AddressInfo;

afterAll(async () => {
  await stack.stop();
  inside.closeAllConnections();
  inside.close();
});

const HOSTILE = [
  `http://127.0.0.1:${port}`,
  `https://127.0.0.1:${port}`,
  `http://localhost:${port}`,
  `http://2130706433:${port}`,
  `http://0x7f.1:${port}`,
  `http://[::ffff:127.0.0.1]:${port}`,
  `http://0.0.0.0:${port}`,
  'http://169.254.169.254',
  'https://[fd00:ec2::254]',
  'https://10.0.0.1',
  'https://metadata.google.internal',
  `https://127-0-0-1.nip.io:${port}`,
  'https://engine.sluice.example',
];
const PUBLIC = 'https://s3.example.com';

const newCaller = async () => {
  const { owner, id: tenantId } = await createTenant(stack);
  const send = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${stack.apiUrl ?? ''}/api/integrations/s3${path}`, {
      method,
      headers: { authorization: `Bearer ${owner.accessToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const create = (endpoint: string) =>
    send('POST', '', {
      tenantId,
      name: 'guarded',
      provider: 'generic',
      bucket: 'bucket',
      endpoint,
      region: 'us-east-1',
      inputPrefix: 'in/',
      outputPrefix: 'out/',
      credentials: { accessKeyId: 'AKIAGUARDED000000001', secretAccessKey: 'a-secret-that-stays-here' },
    });
  return { tenantId, send, create };
};

/** An integration that was saved before there was a rule against its endpoint, with a document found and due. */
const savedBefore = async (endpoint: string) => {
  const caller = await newCaller();
  const created = await caller.create(PUBLIC);
  expect(created.status).toBe(201);
  const id = String(created.body['id']);
  const started = await caller.send('POST', `/${id}/start`, { override: { reason: 'A test of the guard.' } });
  expect(started.status).toBe(200);
  await stack.sql.query('update public.s3_integrations set endpoint = $2 where id = $1', [id, endpoint]);
  await stack.sql.query(
    `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, due_at)
     values ($1, $2, 'in/a.pdf', 'e', 1, 'poll', 'found', now())`,
    [caller.tenantId, id],
  );
  return { ...caller, id };
};

/** Runs a cron until the column says why. */
const reasonOf = (cron: string, text: string, id: string): Promise<string> =>
  pollUntil(
    async () => {
      await stack.tick(cron);
      const { rows } = await stack.sql.query<{ reason: string | null }>(text, [id]);
      return rows[0]?.reason ?? undefined;
    },
    { what: 'a reason', timeoutMs: 60_000, intervalMs: 100 },
  );

beforeAll(async () => {
  expect(await fetch(`http://127.0.0.1:${port}`).then((response) => response.text())).toBe('secret');
  connections = 0;
});

describe('an endpoint that must not be called', () => {
  test.each(HOSTILE)('is refused when it is saved, and when one is changed to it: %s', async (endpoint) => {
    const caller = await newCaller();
    const refused = await caller.create(endpoint);
    expect(refused).toMatchObject({ status: 422, body: { code: 'endpoint_refused' } });
    const created = await caller.create(PUBLIC);
    const changed = await caller.send('PATCH', `/${String(created.body['id'])}`, {
      endpoint,
      credentials: { accessKeyId: 'AKIAGUARDED000000001', secretAccessKey: 'a-secret-that-stays-here' },
    });
    expect(changed).toMatchObject({ status: 422, body: { code: 'endpoint_refused' } });
    expect(connections).toBe(0);
  });

  test('is refused when it is tested, listed and read, though it was saved before there was a rule', async () => {
    const saved = await Promise.all(HOSTILE.map(savedBefore));
    for (const [at, { id, send }] of saved.entries()) {
      const tested = await send('POST', `/${id}/test-connection`);
      const failed = (
        tested.body['checks'] as { outcome: string; name: string; code: string; remedy: string }[]
      ).filter(({ outcome }) => outcome === 'failed');
      expect([HOSTILE[at], failed]).toMatchObject([
        HOSTILE[at],
        [{ name: 'endpoint', code: 'endpoint_refused', owner: 'customer_config' }],
      ]);
    }
    for (const [at, { id }] of saved.entries()) {
      const listed = await reasonOf(
        '*/2 * * * *',
        'select last_error_code as reason from public.s3_poll_states where integration_id = $1',
        id,
      );
      const read = await reasonOf(
        '* * * * *',
        'select reason from public.s3_processed_objects where integration_id = $1',
        id,
      );
      expect([HOSTILE[at], listed, read]).toEqual([HOSTILE[at], 'endpoint_refused', 'endpoint_refused']);
    }
    expect(connections).toBe(0);
  });
});
