import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 32;

/**
 * Hashes a password with scrypt: `scrypt$<cost>$<salt>$<hash>`, base64url.
 * @param cost the N of scrypt, a power of two (16384 takes about 40 ms).
 */
export async function hashPassword(password: string, cost: number): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ['scrypt', String(cost), salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Whether the password is the one that was hashed. A missing or foreign hash is no. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const [scheme, cost, salt, key] = hash?.split('$') ?? [];
  if (scheme !== 'scrypt' || cost === undefined || salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), Number(cost));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

async function derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  const options: ScryptOptions = { N: cost, r: 8, p: 1, maxmem: 256 * cost * 8 };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
