import { KEY_BYTES } from '../aes-gcm.ts';
import { type Bytes, fromBase64, platformRandom, toBase64 } from '../bytes.ts';
import { misconfigured } from '../failure.ts';
import { isVersion } from '../secret-ref.ts';

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

const toText = ({ current, keys }: Keyring): string =>
  JSON.stringify({
    current,
    keys: Object.fromEntries([...keys].map(([version, key]) => [String(version), toBase64(key)])),
  });

const randomKey = (): Bytes => {
  const key = new Uint8Array(KEY_BYTES);
  platformRandom(key);
  return key;
};

/**
 * A new keyring as VAULT_KEYRING text; with `previous`, the next version on top of its keys, and current. It is a secret: hand
 * it to the secret store and print it nowhere.
 */
export const newKeyring = (previous?: string): string => {
  if (previous === undefined) return toText({ current: 1, keys: new Map([[1, randomKey()]]) });
  const added = addKey(previous);
  return useKey(added, Math.max(...parseKeyring(added).keys.keys()));
};

/**
 * The keyring with a new key that opens and does not wrap yet: the first step of a rotation, so that every Worker knows the
 * key before the first secret is sealed with it.
 */
export const addKey = (text: string): string => {
  const { current, keys } = parseKeyring(text);
  return toText({ current, keys: new Map([...keys, [Math.max(...keys.keys()) + 1, randomKey()]]) });
};

/** The keyring with another of its keys as the one that wraps. @throws SluiceError `vault_unavailable` when it has none such */
export const useKey = (text: string, version: number): string => {
  const { keys } = parseKeyring(text);
  if (!keys.has(version)) return fail(`"keys" has no version ${version}`);
  return toText({ current: version, keys });
};

/**
 * The keyring without one of its keys. What that key wrapped never opens again: first prove that it wraps nothing.
 *
 * @throws SluiceError `vault_unavailable` when it has none such, or when that is the one that wraps
 */
export const removeKey = (text: string, version: number): string => {
  const { current, keys } = parseKeyring(text);
  if (!keys.has(version)) return fail(`"keys" has no version ${version}`);
  if (version === current) return fail(`version ${version} is the one that wraps: use another first`);
  return toText({ current, keys: new Map([...keys].filter(([one]) => one !== version)) });
};

/** What may be shown of a keyring. */
export const keyVersions = (text: string): { current: number; versions: number[] } => {
  const { current, keys } = parseKeyring(text);
  return { current, versions: [...keys.keys()].toSorted((a, b) => a - b) };
};
