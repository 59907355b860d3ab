import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with exact error codes. */
    cephEndpoint: string;
    /** The same cluster with STS; there every bad credential reads AccessDenied. */
    cephStsEndpoint: string;
  }
}

const PORT = 22_180;
const script = (name: string): string =>
  fileURLToPath(new URL(`../../../testkit/src/ceph/${name}`, import.meta.url));

/** One monitor, one OSD in memory, two gateways. Minutes on the first run (packages), seconds afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const parent = await mkdtemp(join(tmpdir(), 'sluice-ceph-'));
  const directory = join(parent, 'cluster');
  const env = {
    ...process.env,
    DIR: directory,
    PORT: String(PORT),
    MON_PORT: '22110',
    OSD_PORTS: '22200:22260',
    // A topic with a password is taken over https only; here the test says that there is a proxy which has it.
    RGW_EXTRA: 'rgw_trust_forwarded_https = true',
  };
  const run = promisify(execFile);
  await run('bash', [script('up.sh')], { env, maxBuffer: 16 * 1024 * 1024 });
  project.provide('cephEndpoint', `http://127.0.0.1:${PORT}`);
  project.provide('cephStsEndpoint', `http://127.0.0.1:${PORT + 1}`);
  return async () => {
    await run('bash', [script('down.sh')], { env });
    await rm(parent, { recursive: true });
  };
}
