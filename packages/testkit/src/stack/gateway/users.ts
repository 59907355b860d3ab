import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';

type Json = Record<string, unknown>;

/** A row of auth.users, as far as the gateway uses it. */
export interface AuthUser {
  id: string;
  role: string;
  email: string | null;
  encryptedPassword: string | null;
  appMetadata: Json;
  userMetadata: Json;
  emailConfirmedAt: Date | null;
  lastSignInAt: Date | null;
  bannedUntil: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface NewUser {
  id?: string;
  email: string;
  encryptedPassword: string | null;
  userMetadata: Json;
  appMetadata: Json;
}

export interface UserChanges {
  email?: string;
  encryptedPassword?: string;
  /** Merged into what is there, key by key; null removes a key. */
  userMetadata?: Json;
  appMetadata?: Json;
  /** Null lifts the ban. */
  bannedUntil?: Date | null;
}

const COLUMNS = `id, role, email, encrypted_password as "encryptedPassword",
  coalesce(raw_app_meta_data, '{}') as "appMetadata", coalesce(raw_user_meta_data, '{}') as "userMetadata",
  email_confirmed_at as "emailConfirmedAt", last_sign_in_at as "lastSignInAt", banned_until as "bannedUntil",
  created_at as "createdAt", updated_at as "updatedAt"`;

/** Inserts a confirmed user with its email identity, in one transaction with whatever triggers it sets off. */
export async function insertUser(pool: Pool, user: NewUser): Promise<AuthUser> {
  const id = user.id ?? randomUUID();
  const userMetadata = {
    ...user.userMetadata,
    sub: id,
    email: user.email,
    email_verified: true,
    phone_verified: false,
  };
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<AuthUser>(
      `insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
         raw_app_meta_data, raw_user_meta_data, created_at, updated_at, confirmation_token, recovery_token,
         email_change_token_new, email_change)
       values ('00000000-0000-0000-0000-000000000000', $1, 'authenticated', 'authenticated', $2, $3, now(),
         $4, $5, now(), now(), '', '', '', '')
       returning ${COLUMNS}`,
      [id, user.email, user.encryptedPassword, user.appMetadata, userMetadata],
    );
    await client.query(
      `insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
       values ($1, $2, $3, 'email', now(), now(), now())`,
      [id, id, { sub: id, email: user.email, email_verified: true, phone_verified: false }],
    );
    return only(rows);
  });
}

export async function findUserById(pool: Pool, id: string): Promise<AuthUser | undefined> {
  if (!isUuid(id)) return undefined;
  const { rows } = await pool.query<AuthUser>(`select ${COLUMNS} from auth.users where id = $1`, [id]);
  return rows[0];
}

export async function findUserByEmail(pool: Pool, email: string): Promise<AuthUser | undefined> {
  const { rows } = await pool.query<AuthUser>(
    `select ${COLUMNS} from auth.users where email = $1 and not is_sso_user`,
    [email],
  );
  return rows[0];
}

/** One page of users, newest first, and how many there are. */
export async function listUsers(
  pool: Pool,
  page: number,
  perPage: number,
): Promise<{ users: AuthUser[]; total: number }> {
  const { rows } = await pool.query<AuthUser>(
    `select ${COLUMNS} from auth.users order by created_at desc, id limit $1 offset $2`,
    [perPage, (page - 1) * perPage],
  );
  const count = await pool.query<{ total: number }>('select count(*)::int as total from auth.users');
  return { users: rows, total: only(count.rows).total };
}

/** Changes a user; undefined when there is none. */
export async function updateUser(
  pool: Pool,
  id: string,
  changes: UserChanges,
): Promise<AuthUser | undefined> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<AuthUser>(
      `update auth.users set
         email = coalesce($2, email),
         encrypted_password = coalesce($3, encrypted_password),
         raw_user_meta_data = jsonb_strip_nulls(coalesce(raw_user_meta_data, '{}') || $4::jsonb
           || case when $2::text is null then '{}'::jsonb else jsonb_build_object('email', $2::text) end),
         raw_app_meta_data = jsonb_strip_nulls(coalesce(raw_app_meta_data, '{}') || $5::jsonb),
         banned_until = case when $6 then $7::timestamptz else banned_until end,
         updated_at = now()
       where id = $1 returning ${COLUMNS}`,
      [
        id,
        changes.email ?? null,
        changes.encryptedPassword ?? null,
        changes.userMetadata ?? {},
        changes.appMetadata ?? {},
        changes.bannedUntil !== undefined,
        changes.bannedUntil ?? null,
      ],
    );
    if (changes.email !== undefined) {
      await client.query(
        `update auth.identities set identity_data = identity_data || jsonb_build_object('email', $2::text), updated_at = now()
         where user_id = $1 and provider = 'email'`,
        [id, changes.email],
      );
    }
    return rows[0];
  });
}

/** Deletes a user with sessions and identities; false when there was none. */
export async function deleteUser(pool: Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query('delete from auth.users where id = $1', [id]);
  return rowCount !== 0;
}

/** The user as the API shows it. Built by allow-list: the password hash has no way out. */
export function presentUser(user: AuthUser): Json {
  const identity = {
    identity_id: user.id,
    id: user.id,
    user_id: user.id,
    identity_data: { email: user.email, email_verified: true, phone_verified: false, sub: user.id },
    provider: 'email',
    last_sign_in_at: user.lastSignInAt,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    email: user.email,
  };
  return {
    id: user.id,
    aud: 'authenticated',
    role: user.role,
    email: user.email,
    email_confirmed_at: user.emailConfirmedAt,
    phone: '',
    confirmed_at: user.emailConfirmedAt,
    last_sign_in_at: user.lastSignInAt,
    app_metadata: user.appMetadata,
    user_metadata: user.userMetadata,
    identities: [identity],
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    is_anonymous: false,
    ...(user.bannedUntil === null ? {} : { banned_until: user.bannedUntil }),
  };
}

export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const value = await work(client);
    await client.query('commit');
    return value;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function only<T>(rows: T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('the statement returned no row');
  return row;
}
