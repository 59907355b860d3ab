import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import { inject } from 'vitest';

interface StackKeys {
  readonly signingKey: JWK;
  readonly internalKey: JWK;
}

/** The stack's own keys, from its data directory: what an attacker does not have, and the tests may. */
const readKeys = async (): Promise<StackKeys> =>
  JSON.parse(await readFile(join(inject('stack').dataDir, 'secrets.json'), 'utf8')) as StackKeys;

const now = (): number => Math.floor(Date.now() / 1000);

/** The claims of a user's access token. */
export const claimsFor = (userId: string): JWTPayload => ({
  iss: `${inject('stack').supabaseUrl}/auth/v1`,
  aud: 'authenticated',
  sub: userId,
  role: 'authenticated',
  session_id: crypto.randomUUID(),
  iat: now() - 10,
  exp: now() + 600,
});

/** A token signed with the stack's own key: what it says is believed, so only the claims can be wrong. */
export const signAsStack = async (claims: JWTPayload): Promise<string> => {
  const { signingKey } = await readKeys();
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: signingKey.kid ?? '', typ: 'JWT' })
    .sign(await importJWK(signingKey, 'ES256'));
};

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Every kind of token that must not be believed, for a user who exists. `valid` is that user's real one. */
export const badTokens = async (userId: string, valid: string): Promise<Record<string, string>> => {
  const { signingKey, internalKey } = await readKeys();
  const { publishableKey, secretKey } = inject('stack');
  const claims = claimsFor(userId);
  const { exp: _exp, ...endless } = claims;
  const { sub: _sub, ...nobodys } = claims;
  const [header = '', payload = '', signature = ''] = valid.split('.');
  const foreign = await generateKeyPair('ES256', { extractable: true });
  const foreignRsa = await generateKeyPair('RS256', { extractable: true });
  const kid = signingKey.kid ?? '';
  const es256 = { alg: 'ES256', kid, typ: 'JWT' };
  const hmac = async (key: Uint8Array | JWK, role: string) =>
    new SignJWT({ ...claims, role })
      .setProtectedHeader({ alg: 'HS256', kid, typ: 'JWT' })
      .sign(key instanceof Uint8Array ? key : await importJWK(key, 'HS256'));
  const publicKey = JSON.stringify({ ...signingKey, d: undefined });
  return {
    'one that is no JWT': 'nonsense',
    'one of three empty parts': '..',
    'one whose header is no JSON': `${Buffer.from('{').toString('base64url')}.${payload}.${signature}`,
    'one longer than 8 KiB': `${header}.${payload}.${'A'.repeat(9000)}`,
    'an expired one': await signAsStack({ ...claims, exp: now() - 1 }),
    'one that never expires': await signAsStack(endless),
    'one not valid yet': await signAsStack({ ...claims, nbf: now() + 300 }),
    'one of another issuer': await signAsStack({ ...claims, iss: 'https://elsewhere.example/auth/v1' }),
    'one for another audience': await signAsStack({ ...claims, aud: 'elsewhere' }),
    'one without a user': await signAsStack(nobodys),
    'one of the role anon': await signAsStack({ ...claims, role: 'anon' }),
    'one of the role service_role': await signAsStack({ ...claims, role: 'service_role' }),
    'one signed by another key under our kid': await new SignJWT(claims)
      .setProtectedHeader(es256)
      .sign(foreign.privateKey),
    'one signed by another key under its own kid': await new SignJWT(claims)
      .setProtectedHeader({ ...es256, kid: 'unknown' })
      .sign(foreign.privateKey),
    'one signed by an RSA key under our kid': await new SignJWT(claims)
      .setProtectedHeader({ ...es256, alg: 'RS256' })
      .sign(foreignRsa.privateKey),
    'one that brings its own key': await new SignJWT(claims)
      .setProtectedHeader({
        ...es256,
        kid: 'mine',
        jwk: { kty: 'EC' },
        jku: 'https://elsewhere.example/jwks',
      })
      .sign(foreign.privateKey),
    'one without a signature': `${header}.${payload}.`,
    'one of alg none': `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`,
    'one of alg none with a signature': `${encode({ alg: 'none', kid, typ: 'JWT' })}.${payload}.${signature}`,
    'one whose claims were changed': `${header}.${encode({ ...claims, sub: crypto.randomUUID() })}.${signature}`,
    'an HS256 one of the internal key': await hmac(internalKey, 'authenticated'),
    'an HS256 one made with the public key': await hmac(new TextEncoder().encode(publicKey), 'authenticated'),
    'the legacy anon key': await hmac(internalKey, 'anon'),
    'the legacy service key': await hmac(internalKey, 'service_role'),
    'the publishable key': publishableKey,
    'the secret key': secretKey,
  };
};
