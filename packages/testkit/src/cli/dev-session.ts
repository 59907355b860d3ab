import { join, resolve } from 'node:path';
import type { FirstRun } from '../demo/first-run.ts';
import { createAnonymousClient, supportToken } from '../factory.ts';
import { readJsonFile } from '../stack/data-dir.ts';
import { errorMessage } from '../stack/log.ts';
import type { StackCoordinates } from '../stack/stack-types.ts';

/** Where `npm start` keeps its data: in the repository, wherever it is called from. */
export const DATA_DIR = resolve(import.meta.dirname, '../../../../.sluice');

const NOT_RUNNING = 'Sluice is not running here. Start it with npm start, in another terminal.';

export interface DevSession {
  readonly stack: Pick<StackCoordinates, 'apiUrl' | 's3'>;
  readonly run: FirstRun;
  readonly accessToken: string;
}

/**
 * Signs in as the demo user of the running stack.
 * @throws when none runs.
 */
export async function openDevSession(): Promise<DevSession> {
  const stack = await readJsonFile<StackCoordinates>(join(DATA_DIR, 'dev.json'));
  const run = await readJsonFile<FirstRun>(join(DATA_DIR, 'first-run.json'));
  if (stack === undefined || run === undefined) throw new Error(NOT_RUNNING);
  const { email, password } = run.user;
  const { data, error } = await createAnonymousClient(stack).auth.signInWithPassword({ email, password });
  if (data.session === null) {
    const isDown = error === null || error.status === undefined || error.status === 0;
    throw new Error(isDown ? NOT_RUNNING : `signing in as ${email} failed: ${error.message}`);
  }
  return { stack, run, accessToken: data.session.access_token };
}

const SUPPORT_EMAIL = 'support@sluice.test';

/**
 * Signs in to the running stack as support staff: a user with the claim, made here if it is not there yet, with a new
 * password each time, so that none is kept.
 * @throws when none runs.
 */
export async function openSupportSession(): Promise<{ apiUrl: string; accessToken: string }> {
  const stack = await readJsonFile<StackCoordinates>(join(DATA_DIR, 'dev.json'));
  if (stack === undefined || stack.apiUrl === null) throw new Error(NOT_RUNNING);
  const accessToken = await supportToken(stack, SUPPORT_EMAIL);
  return { apiUrl: stack.apiUrl, accessToken };
}

/** The directory the command was typed in: npm runs scripts in the repository's. */
export function callersDir(): string {
  return process.env['INIT_CWD'] ?? process.cwd();
}

/** Runs a command to its end: its exit status, or its error in one line and 1. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    process.stderr.write(`${errorMessage(error)}\n`);
    process.exitCode = 1;
  }
}
