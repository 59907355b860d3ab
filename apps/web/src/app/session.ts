import { useSyncExternalStore } from 'react';
import { AuthError, requestRefresh, requestSignIn, requestSignOut, type Session } from './auth-requests.ts';

/**
 * Who is signed in, in this tab and the others: one session in local storage, renewed by one tab at a time, because a refresh token
 * is good for one use.
 */

const KEY = 'sluice.session';
/** A token that ends sooner is renewed before it is used: a request takes time. */
const RENEW_BEFORE_MS = 60_000;

/** A session that ended by itself while this tab was in use: who it was is asked to sign in again, over the page. */
let ended: Session | null = null;

const listeners = new Set<() => void>();
let stored: string | null = null;
let current: Session | null = null;

const read = (): Session | null => {
  const text = localStorage.getItem(KEY);
  if (text !== stored) {
    stored = text;
    try {
      current = text === null ? null : (JSON.parse(text) as Session);
    } catch {
      current = null;
    }
  }
  return current;
};

const write = (session: Session | null, isOver = false): void => {
  ended = isOver ? (read() ?? ended) : null;
  if (session === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, JSON.stringify(session));
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  const onStorage = ({ key }: StorageEvent) => {
    if (key === KEY || key === null) listener();
  };
  listeners.add(listener);
  addEventListener('storage', onStorage);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', onStorage);
  };
};

const refresh = (): Promise<Session> =>
  navigator.locks.request('sluice.session', async () => {
    const session = read();
    if (session === null) throw new AuthError('signed_out', 'You are signed out.');
    // Another tab was faster.
    if (session.expiresAtMs - Date.now() > RENEW_BEFORE_MS) return session;
    try {
      const renewed = await requestRefresh(session.refreshToken);
      write(renewed);
      return renewed;
    } catch (error) {
      // Refused, not unreachable: the session is over.
      if (error instanceof AuthError && !error.code.startsWith('http_5')) write(null, true);
      throw error;
    }
  });

/** The session, or null. For code; components take {@link useSession}. */
export const getSession = (): Session | null => read();

/** Who is signed in, or was until just now. */
export const useSession = (): Session | null => useSyncExternalStore(subscribe, () => read() ?? ended);

/** Calls when somebody signs in or out, in any tab. */
export const onSessionChange = subscribe;

/** An access token that is good for a while yet. @throws AuthError when the session is over. */
export const accessToken = async (): Promise<string> => {
  const session = read();
  if (session !== null && session.expiresAtMs - Date.now() > RENEW_BEFORE_MS) return session.accessToken;
  return (await refresh()).accessToken;
};

/** @throws AuthError when it is refused. */
export const signIn = async (email: string, password: string): Promise<void> => {
  write(await requestSignIn(email, password));
};

/** Signs in with a session that is there already. */
export const beginSession = (session: Session): void => write(session);

/** Signs out here at once; the server is told, and may fail to hear. */
export const signOut = async (): Promise<void> => {
  const session = read();
  write(null);
  if (session !== null) await requestSignOut(session.accessToken).catch(() => undefined);
};

/** Forgets a session that the API does not take any more. */
export const endSession = (): void => write(null, true);

/** Who was signed in until their session ended by itself; null when somebody is, or nobody was. */
export const getEnded = (): Session | null => (read() === null ? ended : null);

export const useEnded = (): Session | null => useSyncExternalStore(subscribe, getEnded);

/** Has nobody asked to sign in again: there is nothing on the page to keep. */
export const forgetEnded = (): void => {
  ended = null;
};
