/**
 * Makes a new VAULT_KEYRING from the one on standard input: `npm run -s keyring -- add|use <version>|remove <version>|list`.
 *
 * What comes out is a secret. It goes to standard output only where that is no terminal: into a file of the secret store, or into
 * `wrangler secret put`.
 */
import { text } from 'node:stream/consumers';
import { addKey, keyVersions, newKeyring, removeKey, useKey } from '@sluice/vault';

const USAGE = 'usage: npm run -s keyring -- new | add | use <version> | remove <version> | list';

const run = async ([verb, given]: readonly string[]): Promise<string> => {
  const version = Number(given);
  if (verb === 'new') return newKeyring();
  if (process.stdin.isTTY) throw new Error(`${USAGE}\nThe keyring comes on standard input.`);
  const keyring = await text(process.stdin);
  if (verb === 'list') {
    const { current, versions } = keyVersions(keyring);
    return versions.map((one) => `${one}${one === current ? ' (current)' : ''}`).join('\n');
  }
  if (verb === 'add') return addKey(keyring);
  if (verb === 'use') return useKey(keyring, version);
  if (verb === 'remove') return removeKey(keyring, version);
  throw new Error(USAGE);
};

try {
  const [verb] = process.argv.slice(2);
  const result = await run(process.argv.slice(2));
  if (process.stdout.isTTY && verb !== 'list')
    throw new Error('A keyring is a secret: send it into a file or a pipe, not to the screen.');
  process.stdout.write(`${result}\n`);
} catch (error) {
  // The vault's errors are for callers; their cause is for operators, and holds no part of a key.
  const shown = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  process.stderr.write(`${shown instanceof Error ? shown.message : String(shown)}\n`);
  process.exitCode = 1;
}
