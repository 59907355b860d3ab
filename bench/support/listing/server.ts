import { fork } from 'node:child_process';
import type { ServerMessage } from './corpus.ts';

export interface ListingServer {
  /** Answers as fast as it can. */
  readonly fast: string;
  /** Takes 80 ms a page. */
  readonly slow: string;
  /** LIST calls since the last time this was asked. */
  listCalls(): Promise<number>;
  stop(): void;
}

/** Starts the mock in a process of its own. */
export const startListingServer = async (): Promise<ListingServer> => {
  const child = fork(new URL('./serve.ts', import.meta.url), { stdio: 'inherit' });
  const next = async (): Promise<ServerMessage> =>
    new Promise((resolve, reject) => {
      const gone = (code: number | null) => reject(new Error(`the mock ended with ${code}`));
      child.once('exit', gone);
      child.once('message', (message) => {
        child.off('exit', gone);
        resolve(message as ServerMessage);
      });
    });
  const where = await next();
  if (!('fast' in where)) throw new Error('the mock did not say where it is');
  return {
    ...where,
    listCalls: async () => {
      const answer = next();
      child.send('how many');
      const message = await answer;
      return 'listCalls' in message ? message.listCalls : Number.NaN;
    },
    stop: () => child.disconnect(),
  };
};
