import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedEvent {
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: readonly string[];
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

export interface WebhookReceiver {
  readonly url: string;
  readonly events: ReceivedEvent[];
  /** What it answers; 204 unless set. */
  answer: (response: ServerResponse, event: ReceivedEvent) => void;
  /** Refuses connections until started again on the same port. */
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}

const accept = (response: ServerResponse): void => {
  response.writeHead(204).end();
};

/** A customer's server: keeps what it is sent, to the byte. */
export const startWebhookReceiver = async (): Promise<WebhookReceiver> => {
  const events: ReceivedEvent[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const header = (name: string) => String(request.headers[name] ?? '');
    const event = {
      id: header('webhook-id'),
      timestamp: header('webhook-timestamp'),
      signatures: header('webhook-signature').split(' '),
      body: Buffer.concat(chunks).toString('utf8'),
      headers: request.headers,
    };
    events.push(event);
    receiver.answer(response, event);
  };
  const listen = async (port: number) => {
    const server = createServer((request, response) => {
      handle(request, response).catch(() => response.destroy());
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const down = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${port}/hooks?from=sluice`,
    events,
    answer: accept,
    down,
    up: async () => {
      server = await listen(port);
    },
    stop: down,
  };
  return receiver;
};

/**
 * Whether one of an event's signatures is of this secret: the specification's words (standardwebhooks.com) with Node's
 * crypto, and nothing of the product's.
 */
export const isSignedWith = (
  secret: string,
  { id, timestamp, body, signatures }: ReceivedEvent,
  nowMs = Date.now(),
): boolean => {
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > 300) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  return signatures.some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return (
      signature.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected)
    );
  });
};
