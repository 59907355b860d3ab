import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { printedSamples, samplePdfs, specials } from '@sluice/testkit/samples';
import { mutate, randomOf } from './support/fuzz/mutate.ts';
import { print } from './support/report.ts';

/**
 * Damaged PDFs through remediation: each has to end in a result or a refusal with a reason, within its time and memory.
 * `npm run fuzz [-- --seed 1 --files 5000 --json]`. What does not is kept in a folder, and the run fails.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    files: { type: 'string', default: '5000' },
    json: { type: 'boolean', default: false },
  },
});
const [seed, files] = [Number(values.seed), Number(values.files)];
/** Generous for a loaded machine; a hang takes for ever. */
const MAX_MS = 60_000;
const MAX_SAMPLE_BYTES = 200_000;
const kept = join(tmpdir(), 'sluice-fuzz');

interface Outcome {
  readonly outcome: string;
  readonly isDefect: boolean;
}

/** A thread of its own: what crashes or hangs in it ends alone. */
class Processor {
  #worker: Worker | undefined;

  async run(bytes: Uint8Array): Promise<Outcome> {
    this.#worker ??= new Worker(new URL('./support/fuzz/process.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    const worker = this.#worker;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const timer = setTimeout(() => resolve({ outcome: 'hang', isDefect: true }), MAX_MS);
    worker.once('message', (outcome: Outcome) => resolve(outcome));
    worker.once('error', (error) => resolve({ outcome: `crash: ${error.message}`, isDefect: true }));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(bytes);
    const outcome = await promise;
    clearTimeout(timer);
    worker.removeAllListeners('message');
    worker.removeAllListeners('error');
    if (outcome.isDefect) await this.end();
    return outcome;
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}

const corpus = [...(await samplePdfs()), ...printedSamples(), ...Object.values(await specials())]
  .map(({ bytes }) => bytes)
  .filter(({ length }) => length > 0 && length < MAX_SAMPLE_BYTES);
const processor = new Processor();
const counts = new Map<string, number>();
let slowestMs = 0;
let defects = 0;
for (let number = 0; number < files; number++) {
  const random = randomOf(seed * 1_000_003 + number);
  const source = corpus[Math.floor(random() * corpus.length)] ?? new Uint8Array();
  const bytes = mutate(source, corpus, random);
  const started = performance.now();
  const { outcome, isDefect } = await processor.run(bytes);
  slowestMs = Math.max(slowestMs, performance.now() - started);
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  if (!isDefect) continue;
  defects++;
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, `${seed}-${number}.pdf`), bytes);
}
await processor.end();
print(
  `Damaged PDFs, seed ${seed}`,
  [...counts].sort(([, a], [, b]) => b - a).map(([outcome, count]) => ({ outcome, files: count })),
);
print('Sum', [{ files, defects, 'slowest ms': Math.round(slowestMs) }]);
if (defects > 0) {
  process.stderr.write(`${defects} files are kept in ${kept}\n`);
  process.exitCode = 1;
}
