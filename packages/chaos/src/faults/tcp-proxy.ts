import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Fault } from './fault.ts';
import type { Proxy } from './http-proxy.ts';

/**
 * Stands before a server that speaks anything over TCP: here PostgreSQL. A fault befalls what a client sends in one go, which with
 * PostgreSQL's protocol is a query. Errors of a protocol it cannot make: of the kinds, those of a wire only.
 * @param port of the server on this machine, asked for each connection; null: nobody is there.
 */
export const startTcpProxy = async (
  port: () => number | null,
  faultForQuery: () => Fault | null,
): Promise<Proxy> => {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const target = port();
    if (target === null) {
      client.resetAndDestroy();
      return;
    }
    join(client, connect(target, '127.0.0.1'), open, faultForQuery);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
};

const join = (
  client: Socket,
  upstream: Socket,
  open: Set<Socket>,
  faultForQuery: () => Fault | null,
): void => {
  const end = (): void => {
    client.resetAndDestroy();
    upstream.resetAndDestroy();
  };
  for (const socket of [client, upstream]) {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', end);
    socket.on('close', () => {
      open.delete(socket);
      end();
    });
  }
  /** What is left of the next answer; null for all of it. */
  let share: 'half' | 'none' | 'nothing more' | null = null;
  client.on('data', (query: Buffer) => {
    const { kind, ms } = faultForQuery() ?? { kind: null, ms: 0 };
    if (kind === 'reset') return end();
    if (kind === 'hang') {
      client.pause();
      setTimeout(end, ms);
      return;
    }
    if (kind === 'latency') {
      client.pause();
      setTimeout(() => {
        if (upstream.destroyed) return;
        upstream.write(query);
        client.resume();
      }, ms);
      return;
    }
    if (kind === 'lost_answer') share = 'none';
    if (kind === 'partial_body') share = 'half';
    upstream.write(query);
  });
  upstream.on('data', (answer: Buffer) => {
    if (share === null) return void client.write(answer);
    if (share === 'none') return end();
    if (share === 'nothing more') return;
    // Orderly, or a reset might overtake the half that is to arrive.
    client.write(answer.subarray(0, answer.byteLength >> 1), () => client.destroySoon());
    share = 'nothing more';
  });
};
