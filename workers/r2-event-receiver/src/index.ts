/**
 * Tells Sluice of new files in an R2 bucket: takes R2's notifications from a queue in batches, signs each batch as
 * standardwebhooks.com says, and posts it. GET /health proves that everything is connected.
 */
import { DurableObject } from 'cloudflare:workers';

interface Env {
  SLUICE_EVENTS_URL: string;
  EVENT_SOURCE_SECRET: string;
  QUEUE_NAME: string;
  BUCKET_NAME: string;
  QUEUE: Queue;
  DEAD_LETTERS: Queue;
  WIRING: DurableObjectNamespace;
}
type Notification = { bucket?: string; sluiceProbe?: string } | null;
type Messages = readonly Message<Notification>[];

/** Below the 256 KiB that Sluice takes. */
const MAX_BODY_BYTES = 250_000;

/** What came through the queue, for /health: the instance that answers is not the one that consumed. */
export class Wiring extends DurableObject {
  async set(name: string, value: unknown) {
    await this.ctx.storage.put(name, value);
  }
  async get(name: string): Promise<any> {
    return this.ctx.storage.get(name);
  }
}
const wiring = (env: Env) => env.WIRING.getByName('wiring') as unknown as Pick<Wiring, 'get' | 'set'>;

export default {
  async queue(batch: MessageBatch<Notification>, env: Env) {
    const notifications: Message<Notification>[] = [];
    for (const message of batch.messages) {
      if (message.body?.sluiceProbe === undefined) notifications.push(message);
      else {
        await wiring(env).set('probe', { at: Date.now(), queue: batch.queue });
        message.ack();
      }
    }
    let [part, bytes]: [typeof notifications, number] = [[], 2];
    for (const message of notifications) {
      const size = new TextEncoder().encode(JSON.stringify(message.body)).length + 1;
      if (bytes + size > MAX_BODY_BYTES) {
        await forward(part, batch.queue, env);
        [part, bytes] = [[], 2];
      }
      part.push(message);
      bytes += size;
    }
    await forward(part, batch.queue, env);
  },

  async fetch(request: Request, env: Env) {
    if (new URL(request.url).pathname !== '/health') return new Response('See /health\n', { status: 404 });
    // It sends something: whoever asks again at once gets the last report.
    const last = await wiring(env).get('report');
    if (Date.now() - (last?.at ?? 0) < 10_000) return new Response(last.text, last);
    await wiring(env).set('report', { at: Date.now(), text: 'wait check: under way\n', status: 503 });
    const text = `${(await check(env)).join('\n')}\n`;
    const report = { at: Date.now(), text, status: /^FAIL/m.test(text) ? 503 : 200 };
    await wiring(env).set('report', report);
    return new Response(text, report);
  },
};

/** Posts messages, then settles each: done, tried again later, or a dead letter. */
async function forward(messages: Messages, queue: string, env: Env): Promise<void> {
  if (messages.length === 0) return;
  const { status, code, retryAfter } = await post(
    messages.map(({ body }) => body),
    env,
  );
  if (status === 413 && messages.length > 1) {
    const half = messages.length >> 1;
    await forward(messages.slice(0, half), queue, env);
    return forward(messages.slice(half), queue, env);
  }
  // 409: Sluice polls the bucket or is paused, and lists it when that ends.
  let isDone = mark(status) === 'ok  ';
  if (!isDone) console.error(`Sluice answered ${status} ${code} to ${messages.length} notifications`);
  // Refused for what they are: another attempt would be too. What was signed too long ago is signed anew.
  if ([413, 422].includes(status) || (status === 400 && code !== 'stale_timestamp')) {
    isDone = await Promise.all(messages.map(({ body }) => env.DEAD_LETTERS.send(body))).then(
      () => true,
      () => false,
    );
  }
  for (const message of messages) {
    if (isDone) message.ack();
    // 10 s, 20 s, … to an hour, or as long as Sluice asks for.
    else {
      const backoff = Math.min(3_600, 10 * 2 ** (message.attempts - 1));
      message.retry({ delaySeconds: Math.min(43_200, Math.max(backoff, retryAfter)) });
    }
  }
  const bucket = messages.at(-1)?.body?.bucket;
  await wiring(env)
    .set('last', {
      queue,
      bucket,
      at: new Date().toISOString(),
      mark: mark(status),
      answer: `${status} ${code}`,
    })
    .catch(() => undefined);
}

/** How /health shows an answer: what passes by itself is waited for. */
const mark = (status: number): string =>
  (status >= 200 && status < 300) || status === 409
    ? 'ok  '
    : status === 429 || status >= 500
      ? 'wait'
      : 'FAIL';

/** Status 0: not reached. `retryAfter` in seconds. */
async function post(
  events: unknown,
  env: Env,
): Promise<{ status: number; code: string; retryAfter: number }> {
  try {
    const body = JSON.stringify(events);
    const encoder = new TextEncoder();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(body)));
    // Of the content, so that Sluice knows what comes a second time.
    const id = `r2_${[...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
    const time = String(Math.floor(Date.now() / 1000));
    const secret = Uint8Array.from(atob(env.EVENT_SOURCE_SECRET.replace('whsec_', '')), (c) =>
      c.charCodeAt(0),
    );
    const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
    ]);
    const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(`${id}.${time}.${body}`));
    const response = await fetch(env.SLUICE_EVENTS_URL, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': time,
        'webhook-signature': `v1,${btoa(String.fromCharCode(...new Uint8Array(mac)))}`,
      },
      body,
    });
    const asked = response.headers.get('retry-after') ?? '';
    const { code } = await response.json<{ code?: string }>().catch(() => ({ code: '' }));
    const retryAfter = Number(asked) || Math.ceil((Date.parse(asked) - Date.now()) / 1000) || 0;
    return { status: response.status, code: code ?? '', retryAfter };
  } catch (error) {
    return { status: 0, code: String(error), retryAfter: 0 };
  }
}

/** A line for each thing that has to be right. */
async function check(env: Env): Promise<string[]> {
  const { QUEUE_NAME: queue, BUCKET_NAME: bucket } = env;
  const setSecret = 'npx wrangler secret put EVENT_SOURCE_SECRET';
  if (!/^whsec_[\w+/]+=*$/.test(env.EVENT_SOURCE_SECRET ?? '')) {
    return [`FAIL secret: none that begins with whsec_. Set it: ${setSecret}`];
  }
  const { status, code } = await post([{ Event: 's3:TestEvent', Bucket: bucket, at: Date.now() }], env);
  const secret =
    status === 200
      ? 'ok   secret: Sluice accepts it'
      : status === 409
        ? `wait secret: Sluice accepts it, but takes no events now (${code})`
        : status === 401
          ? `FAIL secret: Sluice does not accept it. Set the present one: ${setSecret}`
          : `${mark(status)} address: ${env.SLUICE_EVENTS_URL} answers ${status} ${code}`;

  const sentAt = Date.now();
  let tries = await env.QUEUE.send({ sluiceProbe: 'health' }).then(
    () => 80,
    () => 0,
  );
  let probe: { at: number; queue: string } | undefined;
  const hasCome = () => probe !== undefined && probe.at >= sentAt;
  for (; tries > 0 && !hasCome(); tries -= 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    probe = await wiring(env).get('probe');
  }
  const through = hasCome() ? `came back through "${probe?.queue}"` : 'did not come back';
  const wired =
    hasCome() && probe?.queue === queue
      ? `ok   queue: a message ${through}`
      : `FAIL queue: a message ${through}. QUEUE_NAME, producer and consumer in wrangler.toml must all be one queue`;

  const last = await wiring(env).get('last');
  const rule = `npx wrangler r2 bucket notification list ${bucket}`;
  const told = !last
    ? `wait bucket: R2 has sent nothing yet. If a new file changes nothing, the rule must name "${queue}": ${rule}`
    : last.bucket !== bucket
      ? `FAIL bucket: R2 tells of "${last.bucket}", not of "${bucket}": ${rule}`
      : `${last.mark ?? 'wait'} bucket: R2 told of files last at ${last.at}; Sluice answered ${last.answer}`;
  return [secret, wired, told];
}
