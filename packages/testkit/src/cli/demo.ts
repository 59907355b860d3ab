// npm run demo: from nothing to balanced books, and nothing left behind.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Standing } from '../demo/audit/ledger-rows.ts';
import { type DemoListener, runDemo } from '../demo/run-demo.ts';
import { errorMessage } from '../stack/log.ts';
import { renderBooks, renderTotal } from './books-table.ts';
import { problemLog } from './problem-log.ts';
import { openTerminal, style, type Terminal } from './terminal.ts';

const USAGE = `Usage: npm run demo [-- OPTIONS]

Two tenants connect their buckets; every object in them is found, processed, written back and accounted for.
Exit status: 0 the books balance, 1 they do not, 2 usage.

  --json           print nothing but one line of JSON
  --small          about a dozen documents each, and nothing large
  --data-dir DIR   keep the data in DIR; the same DIR again goes on where it was
  --keep           keep the data in a temporary directory, and say where
  --help           this text
`;

interface Options {
  json: boolean;
  isSmall: boolean;
  keep: boolean;
  dataDir: string | undefined;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      small: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      'data-dir': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  if (values['data-dir'] === '') throw new Error('--data-dir wants a directory');
  return { json: values.json, isSmall: values.small, keep: values.keep, dataDir: values['data-dir'] };
}

async function main(options: Options): Promise<number> {
  const terminal = openTerminal(options.json ? process.stderr : process.stdout);
  const dataDir = resolve(options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sluice-demo-'))));
  const isKept = options.keep || options.dataDir !== undefined;
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => abort.abort(new Error(`stopped by ${signal}`)));
  }
  const report = await runDemo({
    dataDir,
    removeDataDir: !isKept,
    isSmall: options.isSmall,
    listener: options.json ? SILENT : listenerOn(terminal),
    log: problemLog(terminal),
    signal: abort.signal,
  });
  terminal.clear();
  if (!options.json) {
    for (const books of report.tenants) for (const line of ['', ...renderBooks(books)]) terminal.line(line);
    for (const line of ['', ...renderTotal(report), '']) terminal.line(line);
    if (isKept) terminal.line(`The data is in ${relative('.', dataDir)}; go on with --data-dir.`);
  }
  process.stdout.write(`${JSON.stringify(report)}\n`);
  return report.balanced ? 0 : 1;
}

const SILENT: DemoListener = {
  step: () => undefined,
  uploaded: () => undefined,
  standing: () => undefined,
};

function listenerOn(terminal: Terminal): DemoListener {
  let milestone = -1;
  return {
    step: (words) => {
      terminal.clear();
      terminal.line(`${style('cyan', '•')} ${words}`);
    },
    uploaded: (done, of) => terminal.status(`  ${done} of ${of}`),
    standing: (standings) => {
      const add = (field: 'found' | 'processed' | 'writtenBack' | 'skipped' | 'failed' | 'pending') =>
        standings.reduce((total, standing: Standing) => total + standing[field], 0);
      const written = add('writtenBack');
      // Without a terminal a line now and then is enough.
      const step = Math.floor(written / 10);
      terminal.status(
        `  found ${add('found')}   processed ${add('processed')}   written back ${written}   skipped ${add('skipped')}   failed ${add('failed')}   pending ${add('pending')}`,
        step > milestone || add('pending') === 0,
      );
      milestone = Math.max(milestone, step);
    },
  };
}

let options: Options;
try {
  options = readOptions();
} catch (error) {
  process.stderr.write(`${errorMessage(error)}\n\n${USAGE}`);
  process.exit(2);
}
try {
  process.exitCode = await main(options);
} catch (error) {
  process.stderr.write(`\nThe demo ended early: ${errorMessage(error)}\n`);
  if (options.dataDir !== undefined)
    process.stderr.write(`Nothing is lost: run it again with --data-dir ${options.dataDir}\n`);
  process.exitCode = 1;
}
