import { AuthError, sendAuth, sessionOf } from '../../app/auth-requests.ts';
import { beginSession } from '../../app/session.ts';

const WORDS: Readonly<Record<string, string>> = {
  user_already_exists: 'There is an account with this address. Sign in instead.',
  email_exists: 'There is an account with this address. Sign in instead.',
  weak_password: 'Choose a longer password, or one that is harder to guess.',
  signup_disabled: 'Accounts are made by your organisation. Ask who invited you for one.',
  validation_failed: 'Give an e-mail address and a password.',
};

/**
 * Makes an account, and signs in with it where its address need not be confirmed first.
 *
 * @returns whether somebody is signed in now; otherwise a message was sent to the address.
 * @throws AuthError when it is refused.
 */
export const signUp = async (email: string, password: string): Promise<boolean> => {
  try {
    const answer = await sendAuth('signup', { email, password });
    const hasSession = typeof answer === 'object' && answer !== null && 'access_token' in answer;
    if (hasSession) beginSession(sessionOf(answer));
    return hasSession;
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    throw new AuthError(
      error.code,
      WORDS[error.code] ?? 'The account could not be made. Try again in a moment.',
    );
  }
};
