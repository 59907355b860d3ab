import { access } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { V4WorkerOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';
import { bundleWorker, stopBundler } from './bundle.ts';
import type { WorkersSpec } from './host-protocol.ts';
import { LANES_FLAG, withLanes } from './queue-lanes.ts';
import { withTap } from './queue-tap.ts';

type Bindings = V4WorkerOptions['bindings'];
type Producers = Record<string, string | { queueName: string }> | undefined;

export interface LoadedWorkers {
  workers: V4WorkerOptions[];
  /** The cron expressions of each Worker, by its name. */
  crons: Record<string, string[]>;
}

/**
 * Reads the wrangler configs with wrangler's own code, bundles the Workers and gives their Miniflare
 * options: the tomls are the only place where names, bindings, queues and crons are written.
 * @throws when a Worker's entry file is missing or does not bundle.
 */
export async function loadWorkers(spec: WorkersSpec): Promise<LoadedWorkers> {
  try {
    const loaded = await Promise.all(spec.configPaths.map((path) => loadWorker(spec, path)));
    return {
      workers: [
        ...loaded.map(({ options }) => (spec.rateLimits ? options : withoutLimits(options))),
        ...(spec.rateLimits ? [] : [unlimitedWorker]),
      ],
      crons: Object.fromEntries(loaded.map(({ name, crons }) => [name, crons])),
    };
  } finally {
    await stopBundler();
  }
}

async function loadWorker(
  spec: WorkersSpec,
  configPath: string,
): Promise<{ name: string; options: V4WorkerOptions; crons: string[] }> {
  const config = unstable_readConfig({ config: configPath });
  const { workerOptions, define, main } = unstable_getMiniflareWorkerOptions(config);
  const { name } = config;
  const shown = relative(process.cwd(), configPath);
  if (name === undefined || main === undefined) throw new Error(`${shown} must have a name and a main`);
  await access(main).catch((cause: unknown) => {
    throw new Error(`the Worker ${name} has no entry file: ${shown} says ${relative(process.cwd(), main)}`, {
      cause,
    });
  });
  // Esbuild has applied the module rules; Miniflare refuses them. A cron in the options would fire by itself
  // in some Miniflare to come: ours is the only clock.
  const { modulesRules: _rules, cronTriggers: _crons, ...rest } = workerOptions;
  const bundle = await bundleWorker(main, define);
  const consumes = rest.queueConsumers !== undefined;
  const tapped = spec.tapsQueues && consumes ? withTap(bundle) : bundle;
  const { modulesRoot, modules } = consumes
    ? withLanes(tapped, producersOf(rest.queueProducers as Producers), spec.consumersAtOnce)
    : tapped;
  return {
    name,
    crons: config.triggers.crons ?? [],
    options: {
      ...rest,
      name,
      rootPath: resolve(dirname(configPath)),
      modulesRoot,
      modules,
      ...(consumes && {
        compatibilityFlags: [...((rest.compatibilityFlags as string[] | undefined) ?? []), LANES_FLAG],
      }),
      bindings: {
        ...replaceVars(rest.bindings as Bindings, spec.vars),
        ...pick(spec.secrets, config.secrets?.required ?? []),
        ...spec.extraVars[name],
      },
    },
  };
}

/** The bindings through which a Worker sends, by the names of their queues. */
function producersOf(producers: Producers): Record<string, string> {
  const bindings = Object.entries(producers ?? {});
  return Object.fromEntries(
    bindings.map(([binding, queue]) => [typeof queue === 'string' ? queue : queue.queueName, binding]),
  );
}

/** Only vars that a Worker declares are given to it: the api must not come by secrets through the local stack. */
function replaceVars(declared: Bindings, vars: Record<string, string>): Bindings {
  return Object.fromEntries(Object.entries(declared ?? {}).map(([key, value]) => [key, vars[key] ?? value]));
}

/** Stands for every rate limit: Miniflare's own are durable objects that write to disk for each request. */
const UNLIMITED = 'unlimited';
const unlimitedWorker: V4WorkerOptions = {
  name: UNLIMITED,
  modules: true,
  script: `import { WorkerEntrypoint } from 'cloudflare:workers';
    export class Unlimited extends WorkerEntrypoint { limit() { return { success: true }; } }
    export default { fetch: () => new Response(null, { status: 404 }) };`,
  compatibilityDate: '2026-11-01',
};

/** The options without rate limits: their bindings lead to a Worker that never refuses. */
function withoutLimits(options: V4WorkerOptions): V4WorkerOptions {
  const { ratelimits = {}, serviceBindings = {}, ...rest } = options;
  const free = Object.keys(ratelimits).map((name) => [name, { name: UNLIMITED, entrypoint: 'Unlimited' }]);
  return { ...rest, serviceBindings: { ...serviceBindings, ...Object.fromEntries(free) } };
}

function pick(secrets: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(secrets).filter(([name]) => names.includes(name)));
}
