import { basename, join } from 'node:path';
import type { WorkerBundle } from './bundle.ts';

/** All consumers of a queue are at work within this time, when there is so much for them. */
const ALL_AT_WORK_MS = 800;

/** Lets a batch go on after its handler has returned. Needed for what `withLanes` does. */
export const LANES_FLAG = 'queue_consumer_no_wait_for_wait_until';

/**
 * The Worker as it is, behind an entry that gives every queue several consumers at once, as Cloudflare does: Miniflare delivers one
 * batch of a queue at a time, so a single document whose bucket hangs would hold up those of all tenants. A batch that is not done
 * soon is answered for and goes on by itself; what is to be retried then is sent again, and its attempts are not counted.
 * @param producers the binding through which the Worker can send to each of its queues.
 * @param atOnce batches of one queue at work at once.
 */
export const withLanes = (
  { modulesRoot, modules }: WorkerBundle,
  producers: Record<string, string>,
  atOnce: number,
): WorkerBundle => {
  const [main, ...others] = modules;
  if (main === undefined) throw new Error('The bundle has no modules.');
  const from = JSON.stringify(`./${basename(main.path)}`);
  const contents = `
    import worker from ${from};
    export * from ${from};
    const producers = ${JSON.stringify(producers)};
    const lanes = new Map();
    const busy = (queue) => lanes.get(queue) ?? 0;
    export default {
      ...worker,
      async queue(batch, env, context) {
        const queue = env[producers[batch.queue]];
        let isLetGo = false;
        const again = [];
        const messages = batch.messages.map((message) => ({
          id: message.id,
          timestamp: message.timestamp,
          attempts: message.attempts,
          body: message.body,
          ack: () => isLetGo || message.ack(),
          retry: (options) =>
            isLetGo ? again.push({ body: message.body, delaySeconds: options?.delaySeconds ?? 0 }) : message.retry(options),
        }));
        const work = worker.queue({ queue: batch.queue, messages, ackAll: () => batch.ackAll() }, env, context);
        if (queue === undefined || busy(batch.queue) >= ${atOnce}) return work;
        const time = Promise.withResolvers();
        const timer = setTimeout(() => time.resolve('up'), ${ALL_AT_WORK_MS / atOnce});
        if ((await Promise.race([work, time.promise]).finally(() => clearTimeout(timer))) !== 'up') return;
        isLetGo = true;
        lanes.set(batch.queue, busy(batch.queue) + 1);
        const rest = work
          .catch(() => messages.forEach((message) => message.retry()))
          .then(() => again.length > 0 && queue.sendBatch(again))
          .finally(() => lanes.set(batch.queue, busy(batch.queue) - 1));
        context.waitUntil(rest);
      },
    };`;
  return {
    modulesRoot,
    modules: [{ type: 'ESModule', path: join(modulesRoot, 'queue-lanes.mjs'), contents }, main, ...others],
  };
};
