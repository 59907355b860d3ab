import { readConfig } from './config.ts';

/**
 * The three requests of Supabase Auth that signing in takes. Its own library is 30 KB compressed, a quarter of the budget of the
 * first page, for everything else it can do.
 */

export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
  readonly user: { readonly id: string; readonly email: string; readonly isSupport: boolean };
}

/** Signing in was refused. The message is for the person who tried. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  invalid_credentials: 'The address or the password is wrong.',
  email_not_confirmed: 'Confirm your address first: open the link in the message we sent you.',
  user_banned: 'This account is closed. Write to support.',
  over_request_rate_limit: 'Too many attempts. Wait a minute, then try again.',
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const textAt = (value: unknown, name: string): string => {
  const found = isRecord(value) ? value[name] : undefined;
  return typeof found === 'string' ? found : '';
};

/** One request of Supabase Auth, and its answer. @throws AuthError when it is refused. */
export const sendAuth = async (path: string, body: unknown, accessToken?: string): Promise<unknown> => {
  const { supabaseUrl, publishableKey } = readConfig();
  const response = await fetch(`${supabaseUrl}/auth/v1/${path}`, {
    method: 'POST',
    headers: {
      apikey: publishableKey,
      'content-type': 'application/json',
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify(body),
  });
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return answer;
  const code = textAt(answer, 'error_code') || textAt(answer, 'code') || `http_${response.status}`;
  throw new AuthError(code, WORDS[code] ?? 'Signing in did not work. Try again in a moment.');
};

/** @throws AuthError `no_session` */
export const sessionOf = (answer: unknown): Session => {
  const user = isRecord(answer) ? answer['user'] : undefined;
  const expiresIn = isRecord(answer) ? Number(answer['expires_in']) : Number.NaN;
  const appMetadata = isRecord(user) ? user['app_metadata'] : undefined;
  const session: Session = {
    accessToken: textAt(answer, 'access_token'),
    refreshToken: textAt(answer, 'refresh_token'),
    expiresAtMs: Date.now() + (Number.isFinite(expiresIn) ? expiresIn : 60) * 1000,
    user: {
      id: textAt(user, 'id'),
      email: textAt(user, 'email'),
      isSupport: textAt(appMetadata, 'platform_role') === 'support',
    },
  };
  if (session.accessToken === '') throw new AuthError('no_session', 'Signing in gave no session. Try again.');
  return session;
};

/** @throws AuthError when it is refused; TypeError when nothing answers. */
export const requestSignIn = async (email: string, password: string): Promise<Session> =>
  sessionOf(await sendAuth('token?grant_type=password', { email, password }));

/** @throws AuthError when the session is over; TypeError when nothing answers. */
export const requestRefresh = async (refreshToken: string): Promise<Session> =>
  sessionOf(await sendAuth('token?grant_type=refresh_token', { refresh_token: refreshToken }));

/** Ends this session, and no other of the person's. */
export const requestSignOut = async (accessToken: string): Promise<void> => {
  await sendAuth('logout?scope=local', {}, accessToken);
};
