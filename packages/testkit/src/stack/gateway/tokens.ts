import { importJWK, jwtVerify, SignJWT } from 'jose';
import { publicSigningKey, type StackSecrets } from '../secrets.ts';
import { AuthHttpError } from './http.ts';
import type { AuthUser } from './users.ts';

/** What the gateway believes of a verified access token. */
export interface AccessClaims {
  userId: string;
  sessionId: string;
}

export interface TokenIssuer {
  /** Seconds an access token is good for. */
  ttlS: number;
  /** Signs a user's access token (ES256), with the claims of hosted Supabase. */
  issue(user: AuthUser, sessionId: string): Promise<string>;
  /** @throws AuthHttpError bad_jwt (403). */
  verify(token: string): Promise<AccessClaims>;
  /** The tokens with which requests that carry only an API key reach PostgREST. */
  forApiKeys: { anon: string; serviceRole: string };
}

/** @param issuer the `iss` claim: `<supabase url>/auth/v1`. */
export async function createTokenIssuer(
  secrets: StackSecrets,
  issuer: string,
  ttlS: number,
): Promise<TokenIssuer> {
  const privateKey = await importJWK(secrets.signingKey, 'ES256');
  const publicKey = await importJWK(publicSigningKey(secrets), 'ES256');
  const header = { alg: 'ES256', kid: secrets.signingKey.kid ?? '', typ: 'JWT' };
  return {
    ttlS,
    issue: (user, sessionId) =>
      new SignJWT(accessClaims(user, sessionId))
        .setProtectedHeader(header)
        .setIssuer(issuer)
        .setSubject(user.id)
        .setAudience('authenticated')
        .setIssuedAt()
        .setExpirationTime(`${ttlS}s`)
        .sign(privateKey),
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          issuer,
          audience: 'authenticated',
          algorithms: ['ES256'],
        });
        const sessionId = payload['session_id'];
        if (payload.sub === undefined || typeof sessionId !== 'string') throw new Error('claims are missing');
        return { userId: payload.sub, sessionId };
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unverifiable';
        throw new AuthHttpError(
          403,
          'bad_jwt',
          `invalid JWT: unable to parse or verify signature, ${reason}`,
        );
      }
    },
    forApiKeys: {
      anon: await apiKeyToken(secrets, 'anon'),
      serviceRole: await apiKeyToken(secrets, 'service_role'),
    },
  };
}

function accessClaims(user: AuthUser, sessionId: string): Record<string, unknown> {
  return {
    email: user.email,
    phone: '',
    app_metadata: user.appMetadata,
    user_metadata: user.userMetadata,
    role: user.role,
    aal: 'aal1',
    amr: [{ method: 'password', timestamp: Math.floor(Date.now() / 1_000) }],
    session_id: sessionId,
    is_anonymous: false,
  };
}

async function apiKeyToken(secrets: StackSecrets, role: string): Promise<string> {
  const key = await importJWK(secrets.internalKey, 'HS256');
  // No expiry, like the API key it stands for. It never leaves this machine's loopback.
  return new SignJWT({ role, iss: 'supabase' })
    .setProtectedHeader({ alg: 'HS256', kid: secrets.internalKey.kid ?? '', typ: 'JWT' })
    .setIssuedAt()
    .sign(key);
}
