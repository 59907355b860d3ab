import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Receiver, receiverFiles } from '@sluice/core';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';
import { bundleWorker } from '../stack/workers/bundle.ts';

export { matchesRule, notificationOf } from '../demo/events/r2-notification.ts';
export { startNotifyingProxy } from '../stack/notifier/notifying-proxy.ts';

/** The R2 event receiver of an integration at work on this machine, as its customer would have deployed it. */
export interface RunningReceiver {
  /** What R2 puts on the queue. */
  notify(notifications: readonly unknown[]): Promise<void>;
  /** The report of `GET /health`. */
  health(): Promise<{ status: number; text: string }>;
  /** What has come to the dead letter queue so far. */
  deadLetters(): Promise<unknown[]>;
  stop(): Promise<void>;
}

const DEAD_LETTERS = `
  const letters = [];
  export default {
    queue: (batch) => void letters.push(...batch.messages.map(({ body }) => body)),
    fetch: () => Response.json(letters),
  };`;

/**
 * Runs the files that the generator makes, with the queues of their wrangler.toml.
 * @param secret the event secret, as `wrangler secret put` would set it.
 */
export const startReceiver = async (receiver: Receiver, secret: string): Promise<RunningReceiver> => {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-receiver-'));
  const { names, files } = receiverFiles(receiver);
  for (const { path, content } of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  const config = unstable_readConfig({ config: join(directory, 'wrangler.toml') });
  const { workerOptions, main } = unstable_getMiniflareWorkerOptions(config);
  if (main === undefined) throw new Error('the receiver has no main');
  const { modulesRules: _rules, ...options } = workerOptions;
  const bundle = await bundleWorker(main, {});
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      workers: [
        {
          ...options,
          ...bundle,
          name: names.worker,
          bindings: { ...(options.bindings as Record<string, string>), EVENT_SOURCE_SECRET: secret },
        },
        {
          name: 'dead-letters',
          modules: true,
          script: DEAD_LETTERS,
          compatibilityDate: '2026-11-01',
          queueConsumers: { [names.deadLetterQueue]: { maxBatchTimeout: 0 } },
        },
      ],
    }),
  );
  await miniflare.ready;
  const fetchOf = async (worker: string, path: string) => (await miniflare.getWorker(worker)).fetch(path);
  return {
    notify: async (notifications) => {
      const queue = await miniflare.getQueueProducer('QUEUE', names.worker);
      await queue.sendBatch(notifications.map((body) => ({ body })));
    },
    health: async () => {
      const response = await fetchOf(names.worker, 'https://receiver.example/health');
      return { status: response.status, text: await response.text() };
    },
    deadLetters: async () =>
      (await (await fetchOf('dead-letters', 'https://letters.example/')).json()) as unknown[],
    stop: async () => {
      await miniflare.dispose();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
