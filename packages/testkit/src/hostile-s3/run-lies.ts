import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ConnectionCheck, isErrorCode } from '@sluice/shared';
import { FAKE_IDENTITY, startFakeS3 } from '../fake-s3/index.ts';
import type { Done, Task } from './client-process.ts';
import { BUCKET, CONTENTS, type Patience, type WorkEnd } from './client-work.ts';
import { type Lie, type LieWorld, STEPS } from './lie.ts';

export interface LieReport {
  readonly name: string;
  /** What is not as it should be, in words; none is good. */
  readonly problems: readonly string[];
  readonly client: Readonly<Record<string, string>>;
  readonly doctor: readonly string[];
  /** The longest step of the client. */
  readonly slowestMs: number;
  readonly testMs: number;
}
export interface LiesReport {
  readonly lies: readonly LieReport[];
  /** Of the client's process, after honest work and at its worst. */
  readonly idleRssBytes: number;
  readonly peakRssBytes: number;
}

/** Numbers from a seed: https://en.wikipedia.org/wiki/Linear_congruential_generator, the constants of Numerical Recipes. */
export const picker = (seed: number): LieWorld['pick'] => {
  let state = seed >>> 0;
  return (min, max) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return min + Math.floor((state / 2 ** 32) * (max - min + 1));
  };
};

/** A server that nobody may ever ask, and how often somebody did. */
export const startForbidden = async (): Promise<{
  origin: string;
  asked: () => number;
  stop: () => void;
}> => {
  let asked = 0;
  const server = createServer((_, response) => response.end('{"AccessKeyId":"stolen"}'));
  server.on('connection', () => {
    asked += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const REAL: Patience = { isReal: true, short: [] };
const BRISK: Patience = { isReal: false, short: [] };

/** Short is only what is to run out of time: what is to work has all the time there is. */
const hastyWith = ({ client, doctor }: Lie): Patience => ({
  isReal: false,
  short: [
    ...STEPS.filter((step) => client[step] === 'upstream_timeout'),
    ...(doctor.some((check) => check.endsWith('upstream_timeout')) ? (['test'] as const) : []),
  ],
});

const HONEST: Lie = {
  name: 'none',
  fault: () => (_, proceed) => proceed(),
  client: {},
  doctor: [],
  engine: 'works',
};

/** What is promised: of a step, and of a connection test. */
const MAX_STEP_MS = 30_000;
const MAX_TEST_MS = 8_000;

/**
 * Plays every lie to a client and a connection test in a process of their own, then the truth, and says what was not as it
 * should be.
 */
export const runLies = async (
  lies: readonly Lie[],
  { seed, atOnce, isReal }: { readonly seed: number; readonly atOnce: number; readonly isReal: boolean },
): Promise<LiesReport> => {
  const client = startClient();
  const forbidden = await startForbidden();
  const world = { forbidden: forbidden.origin, pick: picker(seed) };
  try {
    const honest = await playOne(client, HONEST, world, REAL);
    if (honest.problems.length > 0) throw new Error(`honest work fails: ${honest.problems.join('; ')}`);
    const idleRssBytes = client.last().rssBytes;
    const reports: LieReport[] = [];
    const queue = lies.values();
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (const lie of queue) {
          reports.push(await playOne(client, lie, world, isReal ? REAL : hastyWith(lie)));
        }
      }),
    );
    if (forbidden.asked() > 0) throw new Error('the forbidden server was asked');
    const order = new Map(lies.map(({ name }, at) => [name, at]));
    reports.sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
    return { lies: reports, idleRssBytes, peakRssBytes: client.last().peakRssBytes };
  } finally {
    client.stop();
    forbidden.stop();
  }
};

interface Client {
  work(endpoint: string, patience: Patience): Promise<Done>;
  last(): Done;
  stop(): void;
}

const startClient = (): Client => {
  const child = fork(join(import.meta.dirname, 'client-process.ts'), [], {
    // As little as a Worker has.
    execArgv: ['--max-old-space-size=128', '--disable-warning=ExperimentalWarning'],
  });
  const waiting = new Map<number, PromiseWithResolvers<Done>>();
  let nextId = 1;
  let last: Done | undefined;
  child.on('message', (done: Done) => {
    last = done;
    waiting.get(done.id)?.resolve(done);
    waiting.delete(done.id);
  });
  child.on('exit', (code, signal) => {
    for (const one of waiting.values()) one.reject(new Error(`the client ended: ${signal ?? code}`));
  });
  return {
    work: (endpoint, patience) => {
      const pending = Promise.withResolvers<Done>();
      waiting.set(nextId, pending);
      child.send({ id: nextId, endpoint, patience } satisfies Task);
      nextId += 1;
      return pending.promise;
    },
    last: () => {
      if (last === undefined) throw new Error('the client has not worked yet');
      return last;
    },
    stop: () => child.disconnect(),
  };
};

const playOne = async (client: Client, lie: Lie, world: LieWorld, patience: Patience): Promise<LieReport> => {
  const fake = await startFakeS3({ buckets: [BUCKET] });
  try {
    const bucket = fake.bucket(BUCKET);
    for (const [key, body] of Object.entries(CONTENTS)) bucket.put(key, Buffer.from(body), {}, Date.now());
    fake.addFault(lie.fault(world));
    const endpoint = lie.endpoint?.(fake.endpoint) ?? fake.endpoint;
    const { end, dialled } = await client.work(endpoint, patience);
    const problems = problemsOf(lie, end, patience);
    if (dialled.length === 0) problems.push('nothing was seen to be dialled');
    for (const address of dialled) {
      if (!address.startsWith('127.0.0.1:') || world.forbidden.endsWith(address))
        problems.push(`dialled ${address}`);
    }
    fake.clearFaults();
    const after = (await client.work(fake.endpoint, BRISK)).end;
    for (const step of after.steps) {
      if (step.code !== null) problems.push(`${step.step} fails on the honest bucket with ${step.code}`);
    }
    for (const check of brokenOf(after.checks)) problems.push(`on the honest bucket the test says ${check}`);
    for (const [key, body] of Object.entries(CONTENTS)) {
      if (bucket.get(key)?.body?.toString() !== body) problems.push(`${key} is not what it was`);
    }
    return {
      name: lie.name,
      problems,
      client: Object.fromEntries(
        end.steps.flatMap(({ step, code }) => (code === null ? [] : [[step, code]])),
      ),
      doctor: brokenOf(end.checks),
      slowestMs: Math.max(...end.steps.map(({ ms }) => ms)),
      testMs: end.testMs,
    };
  } finally {
    await fake.stop();
  }
};

const brokenOf = (checks: readonly ConnectionCheck[]): string[] =>
  checks
    .filter(({ outcome, name }) => (outcome === 'failed' || outcome === 'warning') && name !== 'over_grants')
    .map(({ name, code }) => `${name} ${code}`);

const SECRET = new RegExp(
  [FAKE_IDENTITY.secretAccessKey.slice(0, 12), 'Signature=[0-9a-f]', 'X-Amz-Signature', '<script'].join('|'),
);

const problemsOf = (lie: Lie, { steps, checks, testMs }: WorkEnd, patience: Patience): string[] => {
  const problems: string[] = [];
  for (const { step, code, said, ms } of steps) {
    const wanted = lie.client[step] ?? null;
    if (code !== wanted) problems.push(`${step} ends with ${code}, not ${wanted}: ${said.slice(0, 300)}`);
    if (ms > MAX_STEP_MS) problems.push(`${step} takes ${ms} ms`);
    if (SECRET.test(said)) problems.push(`${step} tells what it must keep`);
  }
  const broken = brokenOf(checks);
  if (broken.join() !== lie.doctor.join()) {
    problems.push(`the test says "${broken.join()}", not "${lie.doctor.join()}"`);
  }
  if (patience.isReal && testMs > MAX_TEST_MS) problems.push(`the test takes ${testMs} ms`);
  for (const check of checks) {
    if (check.outcome !== 'failed' && check.outcome !== 'warning') continue;
    const { code, owner, remedy } = check;
    if (code === null || !isErrorCode(code) || owner === null || (remedy ?? '').length < 10) {
      problems.push(`the test does not say what to do about ${check.name}`);
    }
    if (SECRET.test(JSON.stringify(check))) problems.push(`the test tells what it must keep`);
  }
  return problems;
};
