import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GateAnswer, GateQuestion, ProcessorRun } from './fault.ts';
import type { Proxy } from './http-proxy.ts';
import type { Weather } from './weather.ts';

/**
 * Between the engine and the processor, and before the staging bucket, there is no wire: those are bindings. The Workers are
 * wrapped instead (`workers/`), and ask here what befalls them.
 * @param onRun told of every run of the processor that was begun.
 */
export const startGate = async (weather: Weather, onRun: (run: ProcessorRun) => void): Promise<Proxy> => {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const question = JSON.parse(await bodyOf(request)) as GateQuestion;
    if (question.at === 'processor') onRun(question.run);
    const fault =
      question.at === 'staging'
        ? weather.faultFor('staging', (kind) => question.operation === 'put' || kind !== 'disk_full')
        : weather.faultFor(question.at);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ fault } satisfies GateAnswer));
  };
  const server = createServer((request, response) => {
    // Whoever asks may be killed while asking.
    answer(request, response).catch(() => response.destroy());
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

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};
