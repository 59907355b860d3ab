import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../src/faults/fault.ts';
import { startHttpProxy } from '../src/faults/http-proxy.ts';
import { startTcpProxy } from '../src/faults/tcp-proxy.ts';
import type { FaultKind } from '../src/plan/plan.ts';

const BODY = 'a'.repeat(1_000);

/** A server that counts what it did, behind a proxy with one fault. */
const proxied = async (kind: FaultKind | null, isUp = true) => {
  const done: string[] = [];
  const server = createHttpServer((request, response) => {
    request.resume().on('end', () => {
      done.push(`${request.method} ${request.url} for ${request.headers.host}`);
      response.writeHead(200, { 'content-length': BODY.length, etag: '"1"' }).end(BODY);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fault: Fault | null = kind === null ? null : { kind, ms: 20 };
  const { port } = server.address() as AddressInfo;
  const proxy = await startHttpProxy({
    address: () => (isUp ? new URL(`http://127.0.0.1:${port}`) : null),
    faultFor: () => fault,
    errorBody: (status) => ({ contentType: 'text/plain', text: `error ${status}` }),
  });
  onTestFinished(async () => {
    await proxy.stop();
    server.close();
  });
  return { port: proxy.port, done };
};

/** What a client gets: status and body, or that it was cut after so much. */
const ask = (port: number, method = 'PUT'): Promise<{ status: number; body: string; isCut: boolean }> =>
  new Promise((resolve) => {
    let [status, body] = [0, ''];
    const end = (isCut: boolean): void => resolve({ status, body, isCut });
    const request = httpRequest({ host: '127.0.0.1', port, method, path: '/b/k%2B?x=1' }, (response) => {
      status = response.statusCode ?? 0;
      response.on('data', (chunk: Buffer) => (body += String(chunk)));
      response.on('end', () => end(false));
      response.on('error', () => end(true));
    });
    request.on('error', () => end(true));
    request.setHeader('host', 'signed.example');
    request.end(method === 'PUT' ? 'content' : undefined);
  });

describe('before an HTTP server', () => {
  test('without a fault a request passes as it is, the Host it was signed for included', async () => {
    const { port, done } = await proxied(null);
    expect(await ask(port)).toEqual({ status: 200, body: BODY, isCut: false });
    expect(done).toEqual(['PUT /b/k%2B?x=1 for signed.example']);
  });

  test.for([
    { kind: 'latency', isDone: true, status: 200, bytes: 1_000, isCut: false },
    { kind: 'reset', isDone: false, status: 0, bytes: 0, isCut: true },
    { kind: 'hang', isDone: false, status: 0, bytes: 0, isCut: true },
    { kind: 'lost_answer', isDone: true, status: 0, bytes: 0, isCut: true },
    { kind: 'partial_body', isDone: true, status: 200, bytes: 500, isCut: true },
    { kind: 'error_500', isDone: false, status: 500, bytes: 9, isCut: false },
    { kind: 'slow_down', isDone: false, status: 503, bytes: 9, isCut: false },
    { kind: 'disk_full', isDone: false, status: 507, bytes: 9, isCut: false },
  ] as const)('$kind: done is $isDone, the status $status, cut is $isCut', async (expected) => {
    const { port, done } = await proxied(expected.kind);
    const { status, body, isCut } = await ask(port);
    expect({ status, bytes: body.length, isCut }).toEqual({
      status: expected.status,
      bytes: expected.bytes,
      isCut: expected.isCut,
    });
    expect(done.length).toBe(expected.isDone ? 1 : 0);
  });

  test('while nobody is behind it, it cuts', async () => {
    const { port, done } = await proxied(null, false);
    expect((await ask(port)).isCut).toBe(true);
    expect(done).toEqual([]);
  });
});

/** A server that answers each query with its letters twice, behind a proxy that has `faults` for the first queries. */
const tcpProxied = async (...faults: (FaultKind | null)[]) => {
  const queries: string[] = [];
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (query: Buffer) => {
      const text = String(query);
      queries.push(text);
      socket.write(`${text}${text}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy = await startTcpProxy(
    () => port,
    () => {
      const kind = faults.shift() ?? null;
      return kind === null ? null : { kind, ms: 20 };
    },
  );
  const client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => undefined);
  let heard = '';
  client.on('data', (answer: Buffer) => (heard += String(answer)));
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  onTestFinished(async () => {
    client.destroy();
    await proxy.stop();
    server.close();
  });
  return { client, queries, closed, heard: () => heard };
};

describe('before a server over TCP', () => {
  test('without a fault, and with a late one, both sides hear everything', async () => {
    const { client, queries, heard } = await tcpProxied(null, 'latency');
    client.write('one');
    await once(client, 'data');
    client.write('two');
    await once(client, 'data');
    expect(queries).toEqual(['one', 'two']);
    expect(heard()).toBe('oneonetwotwo');
  });

  test.for([
    { kind: 'reset', queries: [], heard: '' },
    { kind: 'hang', queries: [], heard: '' },
    { kind: 'lost_answer', queries: ['query'], heard: '' },
    { kind: 'partial_body', queries: ['query'], heard: 'query' },
  ] as const)('$kind ends the connection', async (expected) => {
    const { client, queries, closed, heard } = await tcpProxied(expected.kind);
    client.write('query');
    await closed;
    expect(queries).toEqual(expected.queries);
    expect(heard()).toBe(expected.heard);
  });
});
