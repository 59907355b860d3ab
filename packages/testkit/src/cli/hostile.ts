/**
 * `npm run hostile`: a bucket that lies, in every way of ours, to the client and the connection test with the real limits of time, and
 * then to the running engine on a stack of its own. `--json`, `--seed N`, `--only words` (of a name), `--client` (without the
 * engine). Exits 1 when one is not taken as it should be.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LIES, runLies } from '../hostile-s3/index.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
    client: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? randomInt(2 ** 31));
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

interface Played {
  readonly name: string;
  readonly isKept: boolean;
  readonly ms: number;
  readonly problems: readonly string[];
}

/** What vitest writes of a run. */
interface Results {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly duration?: number;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

const playToEngine = (): Played[] => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-hostile-'));
  try {
    const file = join(folder, 'results.json');
    spawnSync(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--project=stack',
        '--reporter=json',
        `--outputFile.json=${file}`,
        ...(values.only === ''
          ? []
          : [`--testNamePattern=${values.only.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`]),
        'workers/engine/test/hostile/lies',
      ],
      {
        cwd: resolve(import.meta.dirname, '../../../..'),
        env: { ...process.env, SLUICE_HOSTILE: 'all', SLUICE_HOSTILE_SEED: String(seed) },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Results;
    return testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map(({ title, status, duration = 0, failureMessages = [] }) => ({
        name: title,
        isKept: status === 'passed',
        ms: Math.round(duration),
        problems: failureMessages,
      }));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const lies = LIES.filter(({ name }) => name.includes(values.only));
const report = await runLies(lies, { seed, atOnce: 4, isReal: true });
if (!values.json) {
  for (const { name, problems, client, doctor, slowestMs, testMs } of report.lies) {
    const said = Object.entries(client).map(([step, code]) => `${step} ${code}`);
    print(
      `${problems.length === 0 ? 'ok    ' : 'BROKEN'} ${name}: ${said.join(', ') || 'no harm'} (${slowestMs} ms); ` +
        `the test: ${doctor.join(', ') || 'passes'} (${testMs} ms)`,
    );
    for (const problem of problems) print(`         ${problem}`);
  }
  const [idle, peak] = [report.idleRssBytes, report.peakRssBytes].map((bytes) => Math.round(bytes / 2 ** 20));
  print(`${report.lies.length} lies; the client’s process of ${idle} MiB grew to ${peak} MiB; seed ${seed}`);
}
const engine = values.client ? [] : playToEngine();
if (values.json) print(JSON.stringify({ seed, ...report, engine }));
else
  for (const { name, isKept, ms, problems } of engine) {
    print(`${isKept ? 'ok    ' : 'BROKEN'} the engine: ${name} (${ms} ms)`);
    for (const problem of problems) print(`         ${problem}`);
  }
// A stack that did not start must not look like promises that were kept.
const isPlayed = values.client || engine.length > 0 || lies.every(({ endpoint }) => endpoint !== undefined);
if (!isPlayed) process.stderr.write('none was played to the engine\n');
const isKept =
  isPlayed && report.lies.every(({ problems }) => problems.length === 0) && engine.every((one) => one.isKept);
process.exitCode = isKept ? 0 : 1;
