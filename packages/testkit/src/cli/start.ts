// npm start: Sluice on this machine, at work, with its data under .sluice/.
import { once } from 'node:events';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { demoUsers } from '../demo/accounts.ts';
import { engineVars } from '../demo/engine-vars.ts';
import { type EventForwarder, startEventForwarder } from '../demo/events/event-forwarder.ts';
import { forwardKeptSources } from '../demo/events/event-mode.ts';
import { ensureFirstRun, type FirstRun } from '../demo/first-run.ts';
import { StackDied, withStack } from '../demo/with-stack.ts';
import { writeDevJson } from '../stack/dev-json.ts';
import { errorMessage, type LogFn } from '../stack/log.ts';
import type { Stack } from '../stack/stack-types.ts';
import { DATA_DIR } from './dev-session.ts';
import { followLedger, standingLine } from './ledger-feed.ts';
import { openLogFile } from './log-file.ts';
import { problemLog } from './problem-log.ts';
import { openTerminal, style, type Terminal } from './terminal.ts';

const USAGE = `Usage: npm start [-- OPTIONS]

Brings Sluice up on this machine and shows what it does. Ctrl-C stops everything.

  --data-dir DIR   keep the data in DIR instead of .sluice
  --help           this text
`;
/** Seconds. Somebody is watching: buckets are looked at often, and what a kill left behind is taken up soon. */
const POLL_INTERVAL = 3;
const LEASE = 20;

function readDataDir(): string {
  const { values } = parseArgs({
    options: { 'data-dir': { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  if (values['data-dir'] === '') throw new Error('--data-dir wants a directory');
  return resolve(values['data-dir'] ?? DATA_DIR);
}

async function main(dataDir: string): Promise<number> {
  const beganAt = performance.now();
  const terminal = openTerminal(process.stdout);
  const over = new AbortController();
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts += 1;
    // The watchdog ends what is left.
    if (interrupts > 2) process.exit(130);
    over.abort();
    terminal.status('Stopping …', interrupts === 1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  // `npm start | head`: nobody reads any more.
  process.stdout.on('error', () => over.abort());

  terminal.status('Starting Postgres, the API, the Workers and a local S3 …', true);
  const logPath = join(dataDir, 'stack.log');
  const { log, keep } = lateLog(terminal);
  const forwarder = startEventForwarder(log);
  over.signal.addEventListener('abort', forwarder.stop);
  try {
    await withStack(
      {
        dataDir,
        cron: { pollEveryMs: 1_000 },
        workers: { extraVars: engineVars({ pollInterval: POLL_INTERVAL, lease: LEASE }) },
        onObjectWritten: forwarder.notify,
        recogniseText: true,
        log,
      },
      over.signal,
      async (stack) => {
        // Not before the directory is ours: another stack may be writing there.
        keep(await openLogFile(logPath));
        const seconds = ((performance.now() - beganAt) / 1000).toFixed(1);
        terminal.clear();
        terminal.line(`${style('bold', 'Sluice is up')} ${style('dim', `(${seconds} s)`)}`);
        await show(stack, terminal, forwarder, over.signal);
        await once(over.signal, 'abort');
      },
    );
  } catch (error) {
    terminal.clear();
    if (error instanceof StackDied) {
      terminal.line(`\n${style('red', '✗')} ${error.message}.`);
      terminal.line('Everything else was stopped. Start again with npm start: nothing is lost.');
      terminal.line(`What happened before is in ${shown(logPath)}.`);
      return 1;
    }
    if (!over.signal.aborted) throw error;
  }
  terminal.clear();
  terminal.line('Stopped. npm start goes on where it was.');
  return 0;
}

async function show(
  stack: Stack,
  terminal: Terminal,
  forwarder: EventForwarder,
  signal: AbortSignal,
): Promise<void> {
  const since = Date.now();
  terminal.status('  preparing the demo bucket …');
  const { run, isNew } = await ensureFirstRun(stack);
  await forwardKeptSources(stack, forwarder);
  const users = (await demoUsers(stack.dataDir)).filter(({ email }) => email !== run.user.email);
  const devJson = await writeDevJson(stack, [run.user, ...users]);
  terminal.clear();
  for (const line of whatIsOpen(stack, run, devJson, isNew)) terminal.line(line);
  const standings = await followLedger(stack.sql, terminal, since, signal);
  terminal.clear();
  if (isNew) terminal.line();
  terminal.line(`${standingLine(standings)}. Every object is accounted for.`);
  for (const line of whatToTry(stack, run)) terminal.line(line);
}

function whatIsOpen(stack: Stack, run: FirstRun, devJson: string, isNew: boolean): string[] {
  const { bucket, inputPrefix, outputPrefix } = run;
  return [
    '',
    `  Settings   ${stack.apiUrl ?? ''}/settings`,
    `  Guide      ${stack.apiUrl ?? ''}/guide`,
    `  API        ${stack.apiUrl ?? ''}/api/openapi.json`,
    `  Health     ${stack.apiUrl ?? ''}/api/health`,
    `  Bucket     ${stack.s3.endpoint}/${bucket}`,
    `  Addresses, keys, the demo user and the S3 credentials: ${shown(devJson)}`,
    '',
    isNew
      ? `First start: ${run.user.email} has connected the bucket ${bucket}. What lies in ${inputPrefix} is processed; results go to ${outputPrefix}.`
      : `${run.user.email} has ${bucket} connected: ${inputPrefix} is watched, results go to ${outputPrefix}.`,
    'The integration is in event mode: what is put there is told of at once, as R2 would; it is listed too, more rarely.',
    '',
  ];
}

function whatToTry(stack: Stack, run: FirstRun): string[] {
  const objects = `${stack.apiUrl ?? ''}/api/integrations/s3/${run.integrationId}/objects`;
  return [
    '',
    'Try next, in another terminal:',
    '',
    `  npm run put -- some.pdf                    a document of yours into ${run.inputPrefix}`,
    `  npm run get -- ${run.outputPrefix}letter.pdf.html   a result, into this directory`,
    `  curl -H "Authorization: Bearer $(npm run -s token)" ${objects}`,
    `  any S3 client: path style, region ${stack.s3.region}, the endpoint and keys of dev.json`,
    '',
    'New documents are found by their events within a second and show up here. Ctrl-C stops everything.',
    '',
  ];
}

/** A log that shows problems at once and keeps the rest in memory until there is a file for it. */
function lateLog(terminal: Terminal): { log: LogFn; keep: (file: LogFn) => void } {
  const early: Parameters<LogFn>[0][] = [];
  const problems = problemLog(terminal);
  let file: LogFn = (entry) => void early.push(entry);
  return {
    log: (entry) => {
      problems(entry);
      file(entry);
    },
    keep: (opened) => {
      for (const entry of early) opened(entry);
      file = opened;
    },
  };
}

function shown(path: string): string {
  return relative('.', path);
}

let dataDir: string;
try {
  dataDir = readDataDir();
} catch (error) {
  process.stderr.write(`${errorMessage(error)}\n\n${USAGE}`);
  process.exit(2);
}
try {
  process.exit(await main(dataDir));
} catch (error) {
  process.stderr.write(`\nSluice could not start: ${errorMessage(error)}\n`);
  process.exit(1);
}
