/**
 * The client in a process of its own, so that its memory is the client's alone and every socket it opens is seen. Told over IPC
 * where to work (`Task`), it says how that ended (`Done`).
 */
import { subscribe } from 'node:diagnostics_channel';
import { type Patience, type WorkEnd, workWith } from './client-work.ts';

export interface Task {
  readonly id: number;
  readonly endpoint: string;
  readonly patience: Patience;
}
export interface Done {
  readonly id: number;
  readonly end: WorkEnd;
  /** `host:port` of everything that was dialled since the process began. */
  readonly dialled: readonly string[];
  /** Most of the process so far. */
  readonly peakRssBytes: number;
  readonly rssBytes: number;
}

const dialled = new Set<string>();
// Told before a connection is tried, so also of those that nobody answers.
subscribe('undici:client:beforeConnect', (message) => {
  const { connectParams } = message as { connectParams: { hostname: string; port: string } };
  dialled.add(`${connectParams.hostname}:${connectParams.port}`);
});

const work = async ({ id, endpoint, patience }: Task): Promise<void> => {
  const end = await workWith(endpoint, patience);
  process.send?.({
    id,
    end,
    dialled: [...dialled],
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    rssBytes: process.memoryUsage.rss(),
  } satisfies Done);
};

process.on('message', (task: Task) => void work(task));
process.on('disconnect', () => process.exit(0));
