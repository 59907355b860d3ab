import { basename, join } from 'node:path';
import type { WorkerBundle } from './bundle.ts';

/**
 * The Worker as it is, behind an entry that writes every message it is handed to the log (`message_tapped`) before the Worker sees it:
 * what travels in the queues, as it is when it arrives.
 */
export const withTap = ({ modulesRoot, modules }: WorkerBundle): WorkerBundle => {
  const [main, ...others] = modules;
  if (main === undefined) throw new Error('The bundle has no modules.');
  const from = JSON.stringify(`./${basename(main.path)}`);
  const contents = `
    import worker from ${from};
    export * from ${from};
    export default {
      ...worker,
      queue(batch, env, context) {
        for (const { body } of batch.messages)
          console.debug(JSON.stringify({ event: 'message_tapped', queue: batch.queue, body }));
        return worker.queue(batch, env, context);
      },
    };`;
  return {
    modulesRoot,
    modules: [{ type: 'ESModule', path: join(modulesRoot, 'queue-tap.mjs'), contents }, main, ...others],
  };
};
