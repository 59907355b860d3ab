import { createHmac, randomUUID } from 'node:crypto';
import { createTenant, type Stack } from '@sluice/testkit';

/** An integration in event mode, and what is sent to it. */
export interface Source {
  readonly id: string;
  readonly tenantId: string;
  /** Issues another secret; what is sent from now on is signed with it, once the answer is here. */
  rotate(): Promise<void>;
  /** Sends one delivery; gives how many of it were recorded. Tried again as a sender would, `retries` says how often. */
  send(keys: readonly string[]): Promise<number>;
  readonly retries: () => number;
}

type Json = Record<string, unknown>;

/** Calls the API as the owner of a tenant. */
export const apiOf = (stack: Stack, token: string) => async (method: string, path: string, body?: Json) => {
  const response = await fetch(`${stack.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as Json;
};

const BUCKET = 'bench';

/** Of a tenant of its own. Its bucket is nowhere, so that nothing but events is measured. */
export const newSource = async (stack: Stack): Promise<Source> => {
  const { owner, id: tenantId } = await createTenant(stack);
  const { rows } = await stack.sql.query<{ id: string }>(
    `insert into public.s3_integrations (tenant_id, name, provider, bucket, region, endpoint, addressing_style, output_prefix, status)
     values ($1, 'bench', 'generic', $2, 'auto', 'http://127.0.0.1:9', 'path', 'out/', 'active') returning id`,
    [tenantId, BUCKET],
  );
  const id = rows[0]?.id ?? '';
  const api = apiOf(stack, owner.accessToken);
  const path = `/api/integrations/s3/${id}`;
  let secret = String((await api('POST', `${path}/event-secret`))['secret']);
  await api('PATCH', path, { detectionMode: 'event' });
  let retries = 0;
  const attempt = async (deliveryId: string, body: string): Promise<Response> => {
    const at = Math.floor(Date.now() / 1000);
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const signature = createHmac('sha256', key).update(`${deliveryId}.${at}.${body}`).digest('base64');
    return fetch(`${stack.apiUrl}/api/events/s3/${id}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': deliveryId,
        'webhook-timestamp': String(at),
        'webhook-signature': `v1,${signature}`,
      },
      body,
    });
  };
  return {
    id,
    tenantId,
    rotate: async () => {
      const issued = await api('POST', `${path}/event-secret/rotate`, { keepOldFor: 1 });
      secret = String(issued['secret']);
    },
    send: async (keys) => {
      const eventTime = new Date().toISOString();
      const body = JSON.stringify(
        keys.map((key) => ({
          account: 'a'.repeat(32),
          action: 'PutObject',
          bucket: BUCKET,
          object: { key, size: 65_536, eTag: 'd41d8cd98f00b204e9800998ecf8427e' },
          eventTime,
        })),
      );
      const deliveryId = randomUUID();
      for (;;) {
        const response = await attempt(deliveryId, body);
        const answer = (await response.json()) as { recorded: number };
        if (response.status === 200) return answer.recorded;
        // Anything else is told by the figures: a target of none is missed.
        retries += 1;
        if (retries > 1_000) throw new Error(`refused: ${response.status} ${JSON.stringify(answer)}`);
      }
    },
    retries: () => retries,
  };
};

/** Starts `act` at an even rate, whatever becomes of those before; ends with the last. */
export const atRate = async (
  perSecond: number,
  count: number,
  act: (n: number) => Promise<unknown>,
): Promise<void> => {
  const beganAt = performance.now();
  const running: Promise<unknown>[] = [];
  for (let n = 0; n < count; n += 1) {
    const waitMs = beganAt + (n * 1000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    running.push(act(n));
  }
  await Promise.all(running);
};

/** Runs `act` for 0 … count-1, `atOnce` at a time. */
export const inTurns = async (
  atOnce: number,
  count: number,
  act: (n: number) => Promise<unknown>,
): Promise<void> => {
  let next = 0;
  const work = async () => {
    while (next < count) {
      const n = next;
      next += 1;
      await act(n);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
};

/** @throws Error unless the ledger holds exactly these keys, each once, found by event. */
export const expectEach = async (stack: Stack, id: string, keys: readonly string[]): Promise<void> => {
  const { rows } = await stack.sql.query<{ rows: string; keys: string; wanted: string }>(
    `select count(*) as rows, count(distinct o.key) as keys, count(*) filter (where o.key = any ($2) and o.found_by = 'event') as wanted
     from public.s3_processed_objects o where o.integration_id = $1`,
    [id, keys],
  );
  const found = rows[0];
  const are = [found?.rows, found?.keys, found?.wanted].map(Number);
  if (are.some((count) => count !== keys.length))
    throw new Error(`${keys.length} were sent, the ledger holds ${JSON.stringify(found)}`);
};
