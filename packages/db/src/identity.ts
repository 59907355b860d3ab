import { SluiceError } from '@sluice/shared';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { Supabase } from './clients.ts';

export interface Identity {
  readonly userId: string;
  /** Support staff, by the claim in app_metadata that users cannot edit. The database looks at the same claim. */
  readonly isSupport: boolean;
}

export type VerifyToken = (accessToken: string) => Promise<Identity>;

/** As long as hosted Supabase lets its own edge keep the keys: a rotated-out key is believed no longer than this. */
const KEYS_TTL_MS = 10 * 60_000;
/** A token that names a key we do not have makes us look again, at most this often: invented ones cost nothing. */
const LOOK_AGAIN_MS = 30_000;
const TIMEOUT_MS = 5_000;
const MAX_TOKEN_LENGTH = 8192;
/** So long a token is believed without looking at its signature again; never past its expiry. */
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 1_000;

/** What is wrong with a token, in jose's words. Anything else is wrong with the keys, or with the way to them. */
const TOKEN_FAULTS = [
  errors.JWSInvalid,
  errors.JWTInvalid,
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
] as const;

/**
 * Verifies access tokens against the project's public keys (JWKS, cached): signature by a public-key algorithm, issuer,
 * audience, expiry, and that it is a signed-in user's. One verifier serves a Worker's life.
 *
 * The auth server is asked for its keys and for nothing else, so a flood of tokens is no flood of requests. Tokens signed
 * with the project's shared secret (HS256: the legacy anon and service keys) are refused.
 *
 * @throws SluiceError `unauthenticated`; `unavailable` when the keys cannot be fetched.
 */
export const createTokenVerifier = ({ url, publishableKey }: Supabase): VerifyToken => {
  const keys = createRemoteJWKSet(new URL(`${url}/auth/v1/.well-known/jwks.json`), {
    cacheMaxAge: KEYS_TTL_MS,
    cooldownDuration: LOOK_AGAIN_MS,
    timeoutDuration: TIMEOUT_MS,
    headers: { apikey: publishableKey },
  });
  /** What was verified lately, oldest first: the same user asks many times in a minute. */
  const verified = new Map<string, { identity: Identity; untilMs: number }>();
  const remember = (accessToken: string, identity: Identity, expiresAtMs: number): void => {
    const [oldest] = verified.keys();
    if (verified.size >= MAX_REMEMBERED && oldest !== undefined) verified.delete(oldest);
    verified.set(accessToken, { identity, untilMs: Math.min(expiresAtMs, Date.now() + REMEMBERED_MS) });
  };
  return async (accessToken) => {
    if (accessToken.length > MAX_TOKEN_LENGTH) throw new SluiceError('unauthenticated');
    const known = verified.get(accessToken);
    if (known !== undefined) {
      if (Date.now() < known.untilMs) return known.identity;
      verified.delete(accessToken);
    }
    const { payload } = await jwtVerify(accessToken, keys, {
      algorithms: ['ES256', 'RS256'],
      issuer: `${url}/auth/v1`,
      audience: 'authenticated',
      requiredClaims: ['sub', 'exp'],
    }).catch(refuse);
    if (payload.sub === undefined || payload['role'] !== 'authenticated') {
      throw new SluiceError('unauthenticated');
    }
    const identity = { userId: payload.sub, isSupport: isSupport(payload['app_metadata']) };
    if (payload.exp !== undefined) remember(accessToken, identity, payload.exp * 1000);
    return identity;
  };
};

const isSupport = (appMetadata: unknown): boolean =>
  typeof appMetadata === 'object' &&
  appMetadata !== null &&
  'platform_role' in appMetadata &&
  appMetadata.platform_role === 'support';

const refuse = (error: unknown): never => {
  const isTokenFault = TOKEN_FAULTS.some((Fault) => error instanceof Fault);
  throw new SluiceError(isTokenFault ? 'unauthenticated' : 'unavailable', { cause: error });
};
