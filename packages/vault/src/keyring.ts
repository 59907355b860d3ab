import { KEY_BYTES } from './aes-gcm.ts';
import { type Bytes, fromBase64, platformRandom, toBase64 } from './bytes.ts';
import { misconfigured } from './failure.ts';
import { isVersion } from './secret-ref.ts';

/** The keys of a local keyring, by version. */
export interface Keyring {
  readonly current: number;
  readonly keys: ReadonlyMap<number, Bytes>;
}

// The messages below name properties and versions only. Not even a parse error is passed on: V8's quotes the input.
const fail = (problem: string): never => {
  throw misconfigured(`VAULT_KEYRING: ${problem}`);
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return fail('not valid JSON');
  }
};

const parseVersion = (name: string): number => {
  const version = Number(name);
  // `01` or `1.0` would be a second name for version 1. The name is not repeated: it may be a key put in the wrong place.
  if (!isVersion(version) || String(version) !== name)
    return fail('a name under "keys" is not a version (1, 2, …)');
  return version;
};

const parseKey = (version: number, value: unknown): Bytes => {
  const key = typeof value === 'string' ? fromBase64(value) : undefined;
  if (!key) return fail(`key version ${version} is not standard base64 with padding`);
  if (key.length !== KEY_BYTES)
    return fail(`key version ${version} must be ${KEY_BYTES} bytes, has ${key.length}`);
  if (key.every((byte) => byte === key[0])) return fail(`key version ${version} is not random`);
  return key;
};

/**
 * Reads the env secret VAULT_KEYRING: `{"current":2,"keys":{"1":"<base64, 32 bytes>","2":"…"}}`.
 *
 * @throws SluiceError `vault_unavailable` whose cause says what to mend, without any part of a key
 */
export const parseKeyring = (text: string | undefined): Keyring => {
  if (text === undefined || text.trim() === '') return fail('missing or empty');
  const value = parseJson(text);
  if (!isObject(value)) return fail('must be a JSON object');
  if (Object.keys(value).some((name) => name !== 'current' && name !== 'keys')) {
    return fail('may hold "current" and "keys" only');
  }
  if (!isVersion(value['current'])) return fail('"current" must be an integer from 1');
  if (!isObject(value['keys'])) return fail('"keys" must be an object of version to base64 key');
  const keys = new Map<number, Bytes>();
  const versionByKey = new Map<string, number>();
  for (const [name, encoded] of Object.entries(value['keys'])) {
    const version = parseVersion(name);
    const key = parseKey(version, encoded);
    const twin = versionByKey.get(String(encoded));
    if (twin !== undefined) return fail(`key versions ${twin} and ${version} are the same key`);
    versionByKey.set(String(encoded), version);
    keys.set(version, key);
  }
  if (!keys.has(value['current']))
    return fail(`"keys" has no version ${value['current']}, which is "current"`);
  return { current: value['current'], keys };
};

/**
 * A new keyring as VAULT_KEYRING text; with `previous`, the next version on top of its keys. It is a secret: hand it to
 * the secret store and print it nowhere.
 */
export const newKeyring = (previous?: string): string => {
  const keys: Record<string, string> = {};
  let current = 1;
  if (previous !== undefined) {
    const old = parseKeyring(previous);
    for (const [version, key] of old.keys) keys[String(version)] = toBase64(key);
    current = Math.max(...old.keys.keys()) + 1;
  }
  const key = new Uint8Array(KEY_BYTES);
  platformRandom(key);
  keys[String(current)] = toBase64(key);
  return JSON.stringify({ current, keys });
};
