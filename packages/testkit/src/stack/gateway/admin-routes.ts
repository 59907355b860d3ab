import {
  type AuthReply,
  type AuthRequest,
  type AuthSettings,
  changeUser,
  createUser,
  existingUser,
  hashNewPassword,
  parseEmail,
} from './auth-routes.ts';
import { AuthHttpError, isRecord, readJsonBody } from './http.ts';
import { deleteUser, isUuid, listUsers, presentUser, type UserChanges } from './users.ts';

const DEFAULT_PER_PAGE = 50;
const MAX_PER_PAGE = 1_000;

/**
 * /admin/users and /admin/users/<id>, for holders of the secret key (the caller has checked that).
 * @throws AuthHttpError user_not_found (404), and those of the verbs.
 */
export async function adminUsers(
  settings: AuthSettings,
  call: AuthRequest,
  id: string | undefined,
): Promise<AuthReply> {
  const { method } = call.request;
  if (id === undefined) {
    if (method === 'POST') return create(settings, call);
    if (method === 'GET') return list(settings, call);
    throw new AuthHttpError(405, 'method_not_allowed', 'Method not allowed');
  }
  if (!isUuid(id)) throw new AuthHttpError(404, 'validation_failed', 'user_id must be an UUID');
  if (method === 'GET') return { status: 200, body: presentUser(await existingUser(settings, id)) };
  if (method === 'PUT') return change(settings, call, id);
  if (method === 'DELETE') {
    if (!(await deleteUser(settings.pool, id)))
      throw new AuthHttpError(404, 'user_not_found', 'User not found');
    return { status: 200, body: {} };
  }
  throw new AuthHttpError(405, 'method_not_allowed', 'Method not allowed');
}

async function create(settings: AuthSettings, { request }: AuthRequest): Promise<AuthReply> {
  const body = await readJsonBody(request);
  const given = body['id'];
  if (given !== undefined && (typeof given !== 'string' || !isUuid(given))) {
    throw new AuthHttpError(400, 'validation_failed', 'ID must conform to the uuid v4 format');
  }
  const user = await createUser(settings, {
    ...(given === undefined ? {} : { id: given }),
    email: parseEmail(body['email']),
    encryptedPassword:
      body['password'] === undefined ? null : await hashNewPassword(settings, body['password']),
    userMetadata: isRecord(body['user_metadata']) ? body['user_metadata'] : {},
    appMetadata: {
      provider: 'email',
      providers: ['email'],
      ...(isRecord(body['app_metadata']) ? body['app_metadata'] : {}),
    },
  });
  return { status: 200, body: presentUser(user) };
}

async function list(settings: AuthSettings, { query }: AuthRequest): Promise<AuthReply> {
  const page = positive(query.get('page'), 1);
  const perPage = Math.min(positive(query.get('per_page'), DEFAULT_PER_PAGE), MAX_PER_PAGE);
  const { users, total } = await listUsers(settings.pool, page, perPage);
  const lastPage = Math.max(1, Math.ceil(total / perPage));
  const link = (target: number, rel: string): string =>
    `</admin/users?page=${target}&per_page=${perPage}>; rel="${rel}"`;
  const links = [...(page < lastPage ? [link(page + 1, 'next')] : []), link(lastPage, 'last')];
  return {
    status: 200,
    body: { users: users.map(presentUser), aud: 'authenticated' },
    headers: { 'x-total-count': String(total), link: links.join(', ') },
  };
}

async function change(settings: AuthSettings, { request }: AuthRequest, id: string): Promise<AuthReply> {
  const body = await readJsonBody(request);
  const changes: UserChanges = {
    ...(body['email'] === undefined ? {} : { email: parseEmail(body['email']) }),
    ...(body['password'] === undefined
      ? {}
      : { encryptedPassword: await hashNewPassword(settings, body['password']) }),
    ...(isRecord(body['user_metadata']) ? { userMetadata: body['user_metadata'] } : {}),
    ...(isRecord(body['app_metadata']) ? { appMetadata: body['app_metadata'] } : {}),
    ...(body['ban_duration'] === undefined ? {} : { bannedUntil: parseBan(body['ban_duration']) }),
  };
  return { status: 200, body: presentUser(await changeUser(settings, id, changes)) };
}

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** `none`, or a duration like `24h` or `1h30m`. */
function parseBan(value: unknown): Date | null {
  if (value === 'none') return null;
  const parts = typeof value === 'string' && /^(\d+[smh])+$/.test(value) ? value.match(/\d+[smh]/g) : null;
  if (parts === null) throw new AuthHttpError(400, 'validation_failed', 'invalid format for ban duration');
  const lengthMs = parts.reduce(
    (sum, part) => sum + Number.parseInt(part, 10) * (UNIT_MS[part.slice(-1)] ?? 0),
    0,
  );
  return new Date(Date.now() + lengthMs);
}

function positive(text: string | null, otherwise: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : otherwise;
}
