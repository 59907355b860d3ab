import { createClient } from '@supabase/supabase-js';
import { SluiceError } from '@sluice/shared';
import type { Supabase } from './clients.ts';

export interface Identity {
  readonly userId: string;
}

export type VerifyToken = (accessToken: string) => Promise<Identity>;

/**
 * Verifies access tokens against the project's public keys (JWKS, cached by supabase-js): signature, expiry, and that it
 * is a signed-in user's. One verifier serves a Worker's life.
 *
 * @throws SluiceError `unauthenticated`; `unavailable` when the keys cannot be fetched.
 */
export const createTokenVerifier = ({ url, publishableKey }: Supabase): VerifyToken => {
  const client = createClient(url, publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
  return async (accessToken) => {
    if (!isAsymmetric(accessToken)) throw new SluiceError('unauthenticated');
    const { data, error } = await client.auth.getClaims(accessToken);
    if (
      error !== null &&
      (error.status === undefined || error.status >= 500) &&
      error.name === 'AuthRetryableFetchError'
    ) {
      throw new SluiceError('unavailable', { cause: new Error(error.name) });
    }
    const claims = data?.claims;
    if (claims === undefined || claims.role !== 'authenticated' || typeof claims.sub !== 'string') {
      throw new SluiceError('unauthenticated');
    }
    if (claims.iss !== `${url}/auth/v1`) throw new SluiceError('unauthenticated');
    return { userId: claims.sub };
  };
};

/**
 * getClaims asks the auth server about tokens it cannot verify itself; we take tokens with a public-key signature only, so
 * that a flood of invented ones costs the server nothing.
 */
const isAsymmetric = (token: string): boolean => {
  const [header = '', payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined || token.length > 8192) return false;
  try {
    const parsed: unknown = JSON.parse(atob(header.replaceAll('-', '+').replaceAll('_', '/')));
    return (
      typeof parsed === 'object' &&
      parsed !== null &&
      'alg' in parsed &&
      (parsed.alg === 'ES256' || parsed.alg === 'RS256')
    );
  } catch {
    return false;
  }
};
