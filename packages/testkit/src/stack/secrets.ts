import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { readJsonFile, writeJsonFile } from './data-dir.ts';

/** Everything secret about one data directory. Made once, kept in a 0600 file, never logged. */
export interface StackSecrets {
  /** Passwords of the login roles. Hexadecimal, so they need no quoting. */
  database: { supabaseAdmin: string; postgres: string; authenticator: string; authAdmin: string };
  /** `sb_publishable_…` and `sb_secret_…`, the two API keys of a Supabase project. */
  publishableKey: string;
  secretKey: string;
  /** The ES256 private key that signs users' access tokens (with its kid). */
  signingKey: JWK;
  /** The HS256 key of the tokens with which the gateway speaks to PostgREST for the two API keys. */
  internalKey: JWK;
  /** VAULT_KEYRING: `{"current":1,"keys":{"1":"<base64, 32 bytes>"}}`. */
  vaultKeyring: string;
  s3: { accessKeyId: string; secretAccessKey: string };
}

/** Reads the data directory's secrets, making them the first time. */
export async function loadSecrets(dataDir: string): Promise<StackSecrets> {
  const file = join(dataDir, 'secrets.json');
  const kept = await readJsonFile<StackSecrets>(file);
  if (kept !== undefined) return kept;
  const made = await makeSecrets();
  await writeJsonFile(file, made);
  return made;
}

async function makeSecrets(): Promise<StackSecrets> {
  const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return {
    database: { supabaseAdmin: hex(16), postgres: hex(16), authenticator: hex(16), authAdmin: hex(16) },
    publishableKey: `sb_publishable_${randomBytes(24).toString('base64url')}`,
    secretKey: `sb_secret_${randomBytes(24).toString('base64url')}`,
    signingKey: { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: hex(8) },
    internalKey: {
      kty: 'oct',
      alg: 'HS256',
      use: 'sig',
      kid: hex(8),
      k: randomBytes(32).toString('base64url'),
    },
    vaultKeyring: JSON.stringify({ current: 1, keys: { '1': randomBytes(32).toString('base64') } }),
    s3: {
      accessKeyId: `LOCAL${hex(8).toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64url'),
    },
  };
}

/** The public half of the signing key, as published at /.well-known/jwks.json. */
export function publicSigningKey(secrets: StackSecrets): JWK {
  const { d: _private, ...publicKey } = secrets.signingKey;
  return { ...publicKey, key_ops: ['verify'] };
}
