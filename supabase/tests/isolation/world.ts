import {
  addMember,
  createTenant,
  createUser,
  type Stack,
  startTemporaryStack,
  supportToken,
  type TestTenant,
} from '@sluice/testkit';
import { installPgTap } from '../support/tap.ts';
import type { Actor, Caller, Things } from './expectations/vocabulary.ts';

/** A stack of its own with Acme and Umbrella, something of each in every table, and a token for every caller. */
export interface World {
  readonly stack: Stack;
  readonly acme: Things;
  readonly umbrella: Things;
  readonly userIds: Readonly<Record<Actor, string>>;
  /** The tenants a caller is a member of, or owns as their personal one. */
  readonly ownTenants: Readonly<Partial<Record<Caller, ReadonlySet<string>>>>;
  /** Headers with which each caller asks. */
  readonly headersOf: Readonly<Record<Caller, Readonly<Record<string, string>>>>;
  readonly stop: () => Promise<void>;
}

/** Every request may ask to be rolled back, so that what a broken database lets through changes nothing for the next question. */
const ROLLS_BACK = { PGRST_DB_TX_END: 'commit-allow-override' };

export async function makeWorld(): Promise<World> {
  const stack = await startTemporaryStack({ workers: false, buckets: [], postgrest: ROLLS_BACK });
  try {
    await installPgTap(stack);
    const acme = await createTenant(stack, {
      name: 'acme',
      owner: await createUser(stack, { email: 'owner@acme.test' }),
    });
    const umbrella = await createTenant(stack, {
      name: 'umbrella',
      owner: await createUser(stack, { email: 'owner@umbrella.test' }),
    });
    const [admin, member, colleague, former] = [
      await addMember(stack, acme, 'admin'),
      await addMember(stack, acme, 'member'),
      await addMember(stack, acme, 'member'),
      await addMember(stack, acme, 'member'),
    ];
    await acme.owner.client.rpc('remove_tenant_member', { p_tenant_id: acme.id, p_user_id: former.id });
    const support = {
      none: await supportToken(stack),
      open: await supportToken(stack),
      expired: await supportToken(stack),
    };
    const lost = await createUser(stack);
    await fill(stack, acme, member.id, [subjectOf(support.open), lost.id], subjectOf(support.expired));
    await fill(stack, umbrella, umbrella.owner.id, [], null);

    const personal = async (userId: string): Promise<ReadonlySet<string>> => {
      const { rows } = await stack.sql.query<{ id: string }>(
        `select tenant_id as id from public.tenant_members where user_id = $1`,
        [userId],
      );
      return new Set(rows.map(({ id }) => id));
    };
    const { publishableKey, secretKey } = stack;
    const user = (token: string) => ({ apikey: publishableKey, authorization: `Bearer ${token}` });
    return {
      stack,
      acme: await thingsOf(stack, acme, colleague.id, member.id),
      umbrella: await thingsOf(stack, umbrella, umbrella.owner.id, umbrella.owner.id),
      userIds: {
        owner: acme.owner.id,
        admin: admin.id,
        member: member.id,
        other: umbrella.owner.id,
        former: former.id,
        supportOpen: subjectOf(support.open),
      },
      ownTenants: {
        owner: await personal(acme.owner.id),
        admin: await personal(admin.id),
        member: await personal(member.id),
        other: await personal(umbrella.owner.id),
        former: await personal(former.id),
        support: await personal(subjectOf(support.none)),
        supportOpen: await personal(subjectOf(support.open)),
        supportExpired: await personal(subjectOf(support.expired)),
        supportLost: await personal(lost.id),
      },
      headersOf: {
        anonymous: { apikey: publishableKey },
        owner: user(acme.owner.accessToken),
        admin: user(admin.accessToken),
        member: user(member.accessToken),
        other: user(umbrella.owner.accessToken),
        former: user(former.accessToken),
        support: user(support.none),
        supportOpen: user(support.open),
        supportExpired: user(support.expired),
        supportLost: user(lost.accessToken),
        service: { apikey: secretKey },
      },
      stop: () => stack.stop(),
    };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** The user of an access token that we have been given ourselves. */
function subjectOf(token: string): string {
  const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    sub: string;
  };
  return payload.sub;
}

/** What `tap.fill_tenant` makes, and what the stories need not: rows that a policy leaves out, and open doors. */
async function fill(
  { sql }: Stack,
  tenant: TestTenant,
  memberId: string,
  openedBy: readonly string[],
  expiredBy: string | null,
): Promise<void> {
  await sql.query(
    'set search_path = tap, public, extensions; select tap.fill_tenant($tenant$' +
      tenant.name +
      '$tenant$, $owner$' +
      tenant.owner.email +
      '$owner$); reset search_path',
  );
  await sql.query(
    `insert into public.s3_integrations (tenant_id, name, provider, bucket, region, endpoint, addressing_style, input_prefix, output_prefix, status)
     values ($1, 'gone', 'generic', 'gone', 'auto', 'https://s3.example.test', 'path', 'in/', 'out/', 'deleted')`,
    [tenant.id],
  );
  await sql.query(
    `insert into public.app_logs (service, level, event, message) values ('s3-poller', 'info', 'of_no_tenant', 'x')`,
  );
  await sql.query(
    `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, score_before, score_after)
     select tenant_id, id, 'in/twice-' || n || '.pdf', repeat('e', 32), 10, 'poll', 'written_back', 50, 100
     from public.s3_integrations, generate_series(1, 2) n where tenant_id = $1 and status <> 'deleted'`,
    [tenant.id],
  );
  await sql.query(
    `insert into private.reseal_runs (key_id, kms_key_version, total_rows, status, ended_at) values ('local', 1, 0, 'completed', now())`,
  );
  await sql.query(
    `insert into private.support_accesses (actor_id, tenant_id, reason, expires_at)
     select u, $1, 'They asked.', now() + interval '1 hour' from unnest($2::uuid[]) u`,
    [tenant.id, openedBy],
  );
  if (expiredBy !== null) {
    await sql.query(
      `insert into private.support_accesses (actor_id, tenant_id, reason, expires_at) values ($2, $1, 'They asked.', now() - interval '1 hour')`,
      [tenant.id, expiredBy],
    );
  }
  await sql.query(
    `insert into private.tenant_invitations (tenant_id, email, role, invited_by, token_hash)
     select $1, email, 'member', $3, sha256(convert_to('slinv_' || $4::text, 'UTF8')) from auth.users where id = $2`,
    [tenant.id, memberId, tenant.owner.id, tenant.name],
  );
  await sql.query(
    `insert into private.idempotency_keys (user_id, key, fingerprint, lease_expires_at) values ($1, 'acme', repeat('0', 64), now() + interval '1 hour')`,
    [memberId],
  );
}

async function thingsOf(
  { sql }: Stack,
  { id, owner }: TestTenant,
  colleague: string,
  memberId: string,
): Promise<Things> {
  const one = async (text: string): Promise<string> => {
    const { rows } = await sql.query<{ id: string }>(text, [id]);
    if (rows[0] === undefined) throw new Error(`nothing answers: ${text}`);
    return rows[0].id;
  };
  const of = (table: string, where = 'true') =>
    one(`select id from public.${table} where tenant_id = $1 and ${where} limit 1`);
  return {
    tenant: id,
    integration: await of('s3_integrations', `status <> 'deleted'`),
    target: await of('notification_targets'),
    delivery: await of('notification_deliveries'),
    replay: await of('s3_replays'),
    object: await of('s3_processed_objects'),
    rotation: await of('s3_credential_rotations'),
    run: await one(`select id from private.reseal_runs where $1::uuid is not null limit 1`),
    claim: await one(
      `select claim_id as id from private.idempotency_keys where $1::uuid is not null and user_id = '${memberId}'`,
    ),
    invitation: await one(
      'select id from private.tenant_invitations where tenant_id = $1 and state = $$pending$$',
    ),
    colleague,
    owner: owner.id,
  };
}
