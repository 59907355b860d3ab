import { once } from 'node:events';
import { createServer } from 'node:http';
import { isRecord, readJsonBody, sendJson } from './gateway/http.ts';
import { errorMessage } from './log.ts';

/** What other processes (test workers, scripts) may ask of a running stack. */
export interface StackControls {
  tick(cron: string, worker?: string): Promise<void>;
  sendToQueue(queue: string, messages: unknown[]): Promise<void>;
}

export interface ControlServer {
  url: string;
  close(): Promise<void>;
}

/** Serves the controls on the loopback: POST /tick {cron, worker?} and POST /queue {queue, messages}. */
export async function startControlServer(
  port: number,
  token: string,
  controls: StackControls,
): Promise<ControlServer> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (request.headers.authorization !== `Bearer ${token}`)
        return sendJson(response, 401, { message: 'refused' });
      const body = await readJsonBody(request);
      const { cron, worker, queue, messages } = body;
      if (request.url === '/tick' && typeof cron === 'string') {
        await controls.tick(cron, typeof worker === 'string' ? worker : undefined);
      } else if (request.url === '/queue' && typeof queue === 'string' && Array.isArray(messages)) {
        await controls.sendToQueue(queue, messages);
      } else return sendJson(response, 400, { message: 'not understood' });
      sendJson(response, 200, { ok: true });
    };
    answer().catch((error: unknown) => sendJson(response, 500, { message: errorMessage(error) }));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The controls of a stack that runs in another process. @throws with the stack's message when it refuses. */
export function connectControls(controlUrl: string, token: string): StackControls {
  const post = async (path: string, body: unknown): Promise<void> => {
    const response = await fetch(`${controlUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    if (!response.ok)
      throw new Error(isRecord(answer) ? String(answer['message']) : `status ${response.status}`);
  };
  return {
    tick: (cron, worker) => post('/tick', { cron, worker }),
    sendToQueue: (queue, messages) => post('/queue', { queue, messages }),
  };
}
