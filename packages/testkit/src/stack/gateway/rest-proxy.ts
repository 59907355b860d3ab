import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { sendJson } from './http.ts';

export interface RestProxy {
  /** Passes a request on, bodies streaming both ways. `path` is what PostgREST shall see. */
  forward(request: IncomingMessage, response: ServerResponse, path: string, bearer: string): void;
  close(): void;
}

// Of this connection only (RFC 9110 7.6.1), or ours to say.
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'apikey',
  'authorization',
  'origin',
]);

/** Makes the way from `/rest/v1` to PostgREST. */
export function createRestProxy(postgrestPort: number): RestProxy {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    forward: (request, response, path, bearer) => {
      const upstream = httpRequest({
        agent,
        host: '127.0.0.1',
        port: postgrestPort,
        method: request.method,
        path,
        headers: { ...forwardable(request.headers), ...framing(request), authorization: `Bearer ${bearer}` },
      });
      upstream.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 502, { ...forwardable(answer.headers, 'access-control-') });
        // An answer cut short upstream must be cut short here too, which destroying the socket does.
        pipeline(answer, response, () => undefined);
      });
      upstream.on('error', () => {
        if (response.headersSent) response.destroy();
        else sendJson(response, 503, { message: 'PostgREST is not reachable' });
      });
      response.on('close', () => {
        if (!response.writableFinished) upstream.destroy();
      });
      pipeline(request, upstream, () => undefined);
    },
    close: () => agent.destroy(),
  };
}

function forwardable(
  headers: IncomingMessage['headers'],
  butNot?: string,
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    const dropped = NOT_FORWARDED.has(name) || (butNot !== undefined && name.startsWith(butNot));
    if (value !== undefined && !dropped) kept[name] = value;
  }
  return kept;
}

function framing(request: IncomingMessage): Record<string, string> {
  return request.headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' };
}
