import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

/** What stands behind a proxy; it may be away, and come back elsewhere. */
export interface Upstream {
  /** `host:port`, asked for each request. Null: nobody is there. */
  readonly address: () => URL | null;
  readonly faultFor: (request: IncomingMessage) => Fault | null;
  /** The body of an error, in the words of this server. */
  readonly errorBody: (status: number) => { readonly contentType: string; readonly text: string };
}

export interface Proxy {
  readonly port: number;
  stop(): Promise<void>;
}

const STATUS = { error_500: 500, slow_down: 503, disk_full: 507 } as const;

/**
 * Stands before an HTTP server. Requests pass as they are, the Host they were signed for included; what a fault says befalls them.
 */
export const startHttpProxy = async (upstream: Upstream): Promise<Proxy> => {
  const server = createServer((request, response) => {
    serve(upstream, request, response).catch(() => cut(response));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const serve = async (
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const fault = upstream.faultFor(request);
  if (fault === null) return forward(upstream, request, response, 'whole');
  switch (fault.kind) {
    case 'latency':
      await delay(fault.ms);
      // Whoever gave up meanwhile is not served behind their back.
      return response.destroyed ? undefined : forward(upstream, request, response, 'whole');
    case 'hang':
      request.resume();
      await delay(fault.ms);
      return cut(response);
    case 'reset':
      return cut(response);
    case 'lost_answer':
      return forward(upstream, request, response, 'none');
    case 'partial_body':
      return forward(upstream, request, response, 'half');
    case 'error_500':
    case 'slow_down':
    case 'disk_full': {
      request.resume();
      const status = STATUS[fault.kind];
      const { contentType, text } = upstream.errorBody(status);
      response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
      response.end(request.method === 'HEAD' ? undefined : text);
      return;
    }
    default:
      return fault.kind satisfies never;
  }
};

/** A reset, not an orderly end. */
const cut = (response: ServerResponse): void => {
  response.socket?.resetAndDestroy();
};

/** @param share how much of the answer is handed on; what is left out, the connection is cut instead of. */
const forward = (
  { address }: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
  share: 'whole' | 'half' | 'none',
): void => {
  const target = address();
  if (target === null) return cut(response);
  const outgoing = httpRequest({
    host: target.hostname,
    port: target.port,
    method: request.method,
    path: request.url,
    headers: request.headers,
  });
  outgoing.on('response', (answer) => {
    if (share === 'whole') {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => cut(response));
      answer.pipe(response);
      return;
    }
    // All of it is awaited: by then whatever was asked for is done.
    const chunks: Buffer[] = [];
    answer.on('error', () => cut(response));
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      const body = Buffer.concat(chunks);
      if (share === 'none' || body.byteLength < 2) return cut(response);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // Orderly, or a reset might overtake the half that is to arrive.
      response.write(body.subarray(0, body.byteLength >> 1), () => response.socket?.destroySoon());
    });
  });
  outgoing.on('error', () => cut(response));
  request.once('aborted', () => outgoing.destroy());
  response.once('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  request.pipe(outgoing);
};
