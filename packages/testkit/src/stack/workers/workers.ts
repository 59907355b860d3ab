import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StackGround } from '../ground.ts';
import type { WorkersOptions } from '../stack-types.ts';
import { type HostProcess, startHost } from './host-process.ts';

/** Sluice's Workers, below the repository. The api is first: it answers HTTP. */
export const WORKER_CONFIGS = [
  'wrangler.toml',
  'workers/engine/wrangler.toml',
  'workers/remediation/wrangler.toml',
];

/**
 * Starts the Workers in one Miniflare. Vars that their configs declare are pointed at this stack; the
 * secrets that a config lists under `[secrets] required` are given to that Worker and to no other.
 * @param nodeProcessor for the Worker that hands over to it; null where there is none
 */
export async function startWorkers(
  ground: StackGround,
  options: WorkersOptions,
  nodeProcessor: NodeProcessor | null,
  repositoryDir: string,
): Promise<HostProcess> {
  const { dir, ports, secrets, watchdog, log } = ground;
  const configPaths = options.configPaths ?? WORKER_CONFIGS.map((path) => join(repositoryDir, path));
  // The api's assets, which have to be there.
  if (configPaths.includes(join(repositoryDir, 'wrangler.toml'))) await buildWebApp(repositoryDir);
  return startHost(
    'workers',
    {
      kind: 'workers',
      port: ports.api,
      persistDir: join(dir.path, 'workers'),
      scratchDir: join(dir.path, 'scratch', 'workers'),
      configPaths,
      vars: {
        SUPABASE_URL: `http://127.0.0.1:${ports.gateway}`,
        SUPABASE_PUBLISHABLE_KEY: secrets.publishableKey,
        EGRESS_MODE: 'allow-loopback',
        // Nobody's: for what the setup of an integration shows.
        AWS_PRINCIPAL_ARN: 'arn:aws:iam::000000000000:user/sluice-local',
        AWS_TEMPLATE_URL: 'https://sluice-local.s3.amazonaws.com/sluice-role.template.json',
      },
      secrets: { SUPABASE_SECRET_KEY: secrets.secretKey, VAULT_KEYRING: secrets.vaultKeyring },
      extraVars: withNodeProcessor(options.extraVars ?? {}, nodeProcessor, ports.processor),
      rateLimits: options.rateLimits ?? true,
      tapsQueues: options.tapsQueues ?? false,
      consumersAtOnce: options.consumersAtOnce ?? 8,
    },
    watchdog,
    log,
  );
}

interface NodeProcessor {
  readonly secret: string;
  readonly recogniseText: boolean;
}

function withNodeProcessor(
  extraVars: NonNullable<WorkersOptions['extraVars']>,
  nodeProcessor: NodeProcessor | null,
  port: number,
): NonNullable<WorkersOptions['extraVars']> {
  if (nodeProcessor === null) return extraVars;
  const name = 'sluice-remediation';
  const vars = {
    NODE_PROCESSOR_URL: `http://127.0.0.1:${port}`,
    NODE_PROCESSOR_SECRET: nodeProcessor.secret,
    RECOGNISE_TEXT: nodeProcessor.recogniseText ? 'on' : 'off',
  };
  return { ...extraVars, [name]: { ...vars, ...extraVars[name] } };
}

/** A process of its own: the bundler is large, and most times there is nothing to build. */
async function buildWebApp(repositoryDir: string): Promise<void> {
  await promisify(execFile)(process.execPath, [join(repositoryDir, 'scripts/build-web.ts')], {
    cwd: repositoryDir,
  });
}
