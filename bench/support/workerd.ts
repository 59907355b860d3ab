import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorker } from '@sluice/testkit';

export interface ServedWorker {
  /** Where it answers: `http://127.0.0.1:<port>`. */
  readonly origin: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The package has no types. */
const WORKERD = createRequire(import.meta.url).resolve('workerd/bin/workerd');

const quoted = (text: string): string => JSON.stringify(text);

/**
 * Serves a Worker by workerd itself, as Cloudflare runs it: without Miniflare's Workers on its way in and on its way out.
 *
 * @param main its entry file, of ES modules alone.
 * @throws when it does not bundle, or workerd ends before it listens.
 */
export async function serveByWorkerd(
  main: string,
  vars: Readonly<Record<string, string>>,
): Promise<ServedWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-workerd-'));
  const [bundled] = (await bundleWorker(main, {})).modules;
  await writeFile(join(folder, 'worker.js'), bundled?.contents ?? '');
  const bindings = Object.entries(vars).map(
    ([name, text]) => `(name = ${quoted(name)}, text = ${quoted(text)})`,
  );
  await writeFile(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-11-01",
      bindings = [${bindings.join(', ')}],
      globalOutbound = "network",
    )),
    (name = "network", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  const child = spawn(WORKERD, ['serve', '--control-fd=3', join(folder, 'config.capnp')], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill();
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const port = new Promise<number>((resolve, reject) => {
    let told = '';
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      const listening = /"event":"listen","socket":"http","port":(\d+)/.exec(told);
      if (listening !== null) resolve(Number(listening[1]));
    });
    void exited.then(() => reject(new Error('workerd ended before it listened')));
  });
  try {
    return { origin: `http://127.0.0.1:${await port}`, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
