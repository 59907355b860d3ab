import { env } from 'cloudflare:workers';
import { vi } from 'vitest';

/** A delivery as Sluice would receive it. */
export interface Delivery {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  readonly events: unknown[];
}

/** Stands for Sluice: answers each delivery as told, one after another, the last for ever. */
export const answering = (...answers: (Response | Error | ((delivery: Delivery) => Response))[]) => {
  const deliveries: Delivery[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const body = await request.text();
    const delivery = { url: request.url, headers: request.headers, body, events: JSON.parse(body) };
    deliveries.push(delivery);
    const answer = answers[Math.min(deliveries.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return answer instanceof Response ? answer.clone() : (answer?.(delivery) ?? new Response('{}'));
  });
  return deliveries;
};

export const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  Response.json({ code }, { status, headers });

export const notification = (key = 'incoming/a.pdf', bucket = env.BUCKET_NAME) => ({
  account: '0123456789abcdef0123456789abcdef',
  action: 'PutObject',
  bucket,
  object: { key, size: 5, eTag: 'd41d8cd98f00b204e9800998ecf8427e' },
  eventTime: '2026-11-21T10:00:00.000Z',
});

interface Settled {
  readonly acked: unknown[];
  readonly retried: { body: unknown; delaySeconds: number }[];
}

/** A batch whose messages remember how they were settled, with their delays. */
export const batchOf = (bodies: readonly unknown[], { queue = env.QUEUE_NAME, attempts = 1 } = {}) => {
  const settled: Settled = { acked: [], retried: [] };
  const messages = bodies.map((body, index) => ({
    id: String(index),
    timestamp: new Date(),
    attempts,
    body,
    ack: () => void settled.acked.push(body),
    retry: ({ delaySeconds = 0 } = {}) => void settled.retried.push({ body, delaySeconds }),
  }));
  return { batch: { queue, messages } as never, settled };
};
