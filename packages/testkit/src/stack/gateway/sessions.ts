import { randomBytes, randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { AuthHttpError } from './http.ts';
import { inTransaction } from './users.ts';

export interface SessionTokens {
  userId: string;
  sessionId: string;
  refreshToken: string;
}

interface RefreshRow {
  id: string;
  user_id: string;
  session_id: string;
  revoked: boolean;
  age_s: number;
}

/** Opens a session for a user who has proved who they are. */
export async function openSession(
  pool: Pool,
  userId: string,
  userAgent: string | undefined,
): Promise<SessionTokens> {
  return inTransaction(pool, async (client) => {
    const sessionId = randomUUID();
    await client.query(
      `insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent) values ($1, $2, now(), now(), 'aal1', $3)`,
      [sessionId, userId, userAgent ?? null],
    );
    await client.query('update auth.users set last_sign_in_at = now(), updated_at = now() where id = $1', [
      userId,
    ]);
    return { userId, sessionId, refreshToken: await insertToken(client, userId, sessionId, null) };
  });
}

/**
 * Trades a refresh token for the next one. As hosted does: the token just used may come again for
 * `reuseIntervalS` seconds (two tabs refreshing at once) and then gives the current one; later, its use
 * means that it was stolen, and the session's tokens are all revoked.
 * @throws AuthHttpError refresh_token_not_found, refresh_token_already_used (400)
 */
export async function rotateRefreshToken(
  pool: Pool,
  token: string,
  reuseIntervalS: number,
): Promise<SessionTokens> {
  const outcome = await inTransaction(pool, async (client) => {
    const { rows } = await client.query<RefreshRow>(
      `select id, user_id, session_id, revoked, extract(epoch from clock_timestamp() - updated_at)::float8 as age_s
       from auth.refresh_tokens where token = $1 for update`,
      [token],
    );
    const [row] = rows;
    if (row === undefined) {
      throw new AuthHttpError(
        400,
        'refresh_token_not_found',
        'Invalid Refresh Token: Refresh Token Not Found',
      );
    }
    const session = { userId: row.user_id, sessionId: row.session_id };
    if (!row.revoked) {
      await client.query(
        'update auth.refresh_tokens set revoked = true, updated_at = clock_timestamp() where id = $1',
        [row.id],
      );
      await client.query('update auth.sessions set refreshed_at = now(), updated_at = now() where id = $1', [
        row.session_id,
      ]);
      return { ...session, refreshToken: await insertToken(client, row.user_id, row.session_id, token) };
    }
    const child = await client.query<{ token: string }>(
      'select token from auth.refresh_tokens where parent = $1 and session_id = $2 and not revoked',
      [token, row.session_id],
    );
    const active = child.rows[0]?.token;
    if (active !== undefined && row.age_s < reuseIntervalS) return { ...session, refreshToken: active };
    await client.query(
      'update auth.refresh_tokens set revoked = true, updated_at = now() where session_id = $1',
      [row.session_id],
    );
    return undefined; // not thrown here: the revocation must be committed
  });
  if (outcome === undefined) {
    throw new AuthHttpError(400, 'refresh_token_already_used', 'Invalid Refresh Token: Already Used');
  }
  return outcome;
}

export async function sessionExists(pool: Pool, sessionId: string, userId: string): Promise<boolean> {
  const { rowCount } = await pool.query('select 1 from auth.sessions where id = $1 and user_id = $2', [
    sessionId,
    userId,
  ]);
  return rowCount !== 0;
}

/** Ends this session, all of the user's, or all but this. Its refresh tokens go with it. */
export async function closeSessions(
  pool: Pool,
  userId: string,
  sessionId: string,
  scope: 'global' | 'local' | 'others',
): Promise<void> {
  await pool.query(
    `delete from auth.sessions where user_id = $1
       and ($3 = 'global' or ($3 = 'local' and id = $2) or ($3 = 'others' and id <> $2))`,
    [userId, sessionId, scope],
  );
}

async function insertToken(
  client: PoolClient,
  userId: string,
  sessionId: string,
  parent: string | null,
): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  await client.query(
    `insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
     values ('00000000-0000-0000-0000-000000000000', $1, $2, false, now(), now(), $3, $4)`,
    [token, userId, parent, sessionId],
  );
  return token;
}
