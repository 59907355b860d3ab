import type { IncomingMessage } from 'node:http';
import type { Pool } from 'pg';
import { AuthHttpError, bearerToken, isRecord, readJsonBody } from './http.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import {
  closeSessions,
  openSession,
  rotateRefreshToken,
  type SessionTokens,
  sessionExists,
} from './sessions.ts';
import type { AccessClaims, TokenIssuer } from './tokens.ts';
import {
  type AuthUser,
  findUserByEmail,
  findUserById,
  insertUser,
  type NewUser,
  presentUser,
  type UserChanges,
  updateUser,
} from './users.ts';

export interface AuthSettings {
  pool: Pool;
  tokens: TokenIssuer;
  /** Seconds in which a refresh token just used may come again (hosted: 10). */
  refreshReuseIntervalS: number;
  scryptCost: number;
  minPasswordLength: number;
}

export interface AuthRequest {
  request: IncomingMessage;
  query: URLSearchParams;
}

export interface AuthReply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

export type AuthRoute = (settings: AuthSettings, call: AuthRequest) => Promise<AuthReply>;

/** POST /signup: makes a confirmed user and signs it in. */
export const signUp: AuthRoute = async (settings, { request }) => {
  const body = await readJsonBody(request);
  const email = parseEmail(body['email']);
  const encryptedPassword = await hashNewPassword(settings, body['password']);
  const user = await createUser(settings, {
    email,
    encryptedPassword,
    userMetadata: isRecord(body['data']) ? body['data'] : {},
    appMetadata: { provider: 'email', providers: ['email'] },
  });
  return signIn(settings, user, request);
};

/** POST /token?grant_type=password | refresh_token */
export const token: AuthRoute = async (settings, { request, query }) => {
  const body = await readJsonBody(request);
  const grant = query.get('grant_type');
  if (grant === 'refresh_token') {
    const refreshToken = body['refresh_token'];
    if (typeof refreshToken !== 'string' || refreshToken === '') {
      throw new AuthHttpError(400, 'validation_failed', 'refresh_token required');
    }
    const session = await rotateRefreshToken(settings.pool, refreshToken, settings.refreshReuseIntervalS);
    return {
      status: 200,
      body: await presentSession(settings, await activeUser(settings, session.userId), session),
    };
  }
  if (grant !== 'password') throw new AuthHttpError(400, 'validation_failed', 'unsupported_grant_type');
  const email = typeof body['email'] === 'string' ? normalizeEmail(body['email']) : '';
  const password = typeof body['password'] === 'string' ? body['password'] : '';
  const user = await findUserByEmail(settings.pool, email);
  // An unknown address costs the same time as a wrong password.
  const matches = await verifyPassword(password, user?.encryptedPassword ?? (await decoyHash(settings)));
  if (user === undefined || user.encryptedPassword === null || !matches) {
    throw new AuthHttpError(400, 'invalid_credentials', 'Invalid login credentials');
  }
  refuseBanned(user);
  return signIn(settings, user, request);
};

/** GET /user */
export const getUser: AuthRoute = async (settings, { request }) => {
  const { userId } = await authenticate(settings, request);
  return { status: 200, body: presentUser(await existingUser(settings, userId)) };
};

/** PUT /user: a user changes its own email, password or metadata. */
export const putUser: AuthRoute = async (settings, { request }) => {
  const { userId } = await authenticate(settings, request);
  const body = await readJsonBody(request);
  const changes: UserChanges = {
    ...(body['email'] === undefined ? {} : { email: parseEmail(body['email']) }),
    ...(isRecord(body['data']) ? { userMetadata: body['data'] } : {}),
    ...(body['password'] === undefined
      ? {}
      : { encryptedPassword: await hashNewPassword(settings, body['password']) }),
  };
  return { status: 200, body: presentUser(await changeUser(settings, userId, changes)) };
};

/** POST /logout?scope=global | local | others */
export const logout: AuthRoute = async (settings, { request, query }) => {
  const { userId, sessionId } = await authenticate(settings, request);
  const scope = query.get('scope') ?? 'global';
  if (scope !== 'global' && scope !== 'local' && scope !== 'others') {
    throw new AuthHttpError(400, 'validation_failed', `Unsupported logout scope "${scope}"`);
  }
  await closeSessions(settings.pool, userId, sessionId, scope);
  return { status: 204, body: undefined };
};

/** GET /settings */
export const publicSettings: AuthRoute = async () => ({
  status: 200,
  body: {
    external: { email: true, phone: false, anonymous_users: false },
    disable_signup: false,
    mailer_autoconfirm: true,
    phone_autoconfirm: false,
    sms_provider: '',
    saml_enabled: false,
  },
});

/** GET /health */
export const health: AuthRoute = async () => ({
  status: 200,
  body: { version: 'local', name: 'GoTrue', description: "Sluice's local stand-in for Supabase Auth" },
});

/** Inserts a user. @throws AuthHttpError user_already_exists (422), unexpected_failure (500) when a trigger fails. */
export async function createUser(settings: AuthSettings, user: NewUser): Promise<AuthUser> {
  try {
    return await insertUser(settings.pool, user);
  } catch (error) {
    if (isUniqueViolation(error)) throw alreadyExists();
    throw new AuthHttpError(500, 'unexpected_failure', 'Database error saving new user', {}, error);
  }
}

/** Changes a user. @throws AuthHttpError user_not_found (404), user_already_exists (422). */
export async function changeUser(
  settings: AuthSettings,
  id: string,
  changes: UserChanges,
): Promise<AuthUser> {
  let user: AuthUser | undefined;
  try {
    user = await updateUser(settings.pool, id, changes);
  } catch (error) {
    if (isUniqueViolation(error)) throw alreadyExists();
    throw error;
  }
  return user ?? notFound();
}

export async function existingUser(settings: AuthSettings, id: string): Promise<AuthUser> {
  return (await findUserById(settings.pool, id)) ?? notFound();
}

/** @throws AuthHttpError validation_failed (400) */
export function parseEmail(value: unknown): string {
  const email = typeof value === 'string' ? normalizeEmail(value) : '';
  if (email.length > 255 || !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    throw new AuthHttpError(400, 'validation_failed', 'Unable to validate email address: invalid format');
  }
  return email;
}

/** @throws AuthHttpError weak_password (422), validation_failed (400) */
export async function hashNewPassword(settings: AuthSettings, value: unknown): Promise<string> {
  if (typeof value !== 'string' || value === '') {
    throw new AuthHttpError(400, 'validation_failed', 'Signup requires a valid password');
  }
  if (value.length < settings.minPasswordLength) {
    throw new AuthHttpError(
      422,
      'weak_password',
      `Password should be at least ${settings.minPasswordLength} characters.`,
      {
        weak_password: { reasons: ['length'] },
      },
    );
  }
  return hashPassword(value, settings.scryptCost);
}

async function authenticate(settings: AuthSettings, request: IncomingMessage): Promise<AccessClaims> {
  const bearer = bearerToken(request);
  if (bearer === undefined) {
    throw new AuthHttpError(401, 'no_authorization', 'This endpoint requires a valid Bearer token');
  }
  const claims = await settings.tokens.verify(bearer);
  if (!(await sessionExists(settings.pool, claims.sessionId, claims.userId))) {
    throw new AuthHttpError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
  }
  return claims;
}

async function signIn(settings: AuthSettings, user: AuthUser, request: IncomingMessage): Promise<AuthReply> {
  const session = await openSession(settings.pool, user.id, request.headers['user-agent']);
  return {
    status: 200,
    body: await presentSession(settings, await existingUser(settings, user.id), session),
  };
}

async function presentSession(
  settings: AuthSettings,
  user: AuthUser,
  session: SessionTokens,
): Promise<Record<string, unknown>> {
  const { ttlS } = settings.tokens;
  return {
    access_token: await settings.tokens.issue(user, session.sessionId),
    token_type: 'bearer',
    expires_in: ttlS,
    expires_at: Math.floor(Date.now() / 1_000) + ttlS,
    refresh_token: session.refreshToken,
    user: presentUser(user),
  };
}

async function activeUser(settings: AuthSettings, id: string): Promise<AuthUser> {
  const user = await existingUser(settings, id);
  refuseBanned(user);
  return user;
}

function refuseBanned(user: AuthUser): void {
  if (user.bannedUntil !== null && user.bannedUntil.getTime() > Date.now()) {
    throw new AuthHttpError(400, 'user_banned', 'User is banned');
  }
}

let decoy: Promise<string> | undefined;

async function decoyHash(settings: AuthSettings): Promise<string> {
  decoy ??= hashPassword('nobody has this password', settings.scryptCost);
  return decoy;
}

function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

function isUniqueViolation(error: unknown): boolean {
  return isRecord(error) && error['code'] === '23505';
}

function alreadyExists(): AuthHttpError {
  return new AuthHttpError(422, 'user_already_exists', 'User already registered');
}

function notFound(): never {
  throw new AuthHttpError(404, 'user_not_found', 'User not found');
}
