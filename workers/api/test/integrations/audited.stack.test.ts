import { addMember, type TestTenant } from '@sluice/testkit';
import {
  type Answer,
  at,
  call,
  genericBody,
  loadDocument,
  newDraft,
  newIntegration,
  newTenant,
  operationsOf,
  stringAt,
  takesToken,
} from '@sluice/testkit/api-client';
import { describe, expect, inject, test } from 'vitest';
import { openSql, park, seedObjects } from '../support/fixtures.ts';
import { seedDelivery } from '../support/notifications.ts';

/**
 * Every operation that changes something leaves an event in the tenant's audit: who, when, of which tenant. The operations are those
 * of the OpenAPI document, so a new one fails here until somebody says how to call it.
 */

const sql = openSql();
const { document } = await loadDocument();
const changing = operationsOf(document)
  .filter(takesToken)
  .filter(({ method }) => method !== 'GET');

const INTEGRATIONS = '/api/integrations/s3';
const ID = `${INTEGRATIONS}/{id}`;
const TARGETS = '/api/notification-targets';
const TARGET = `${TARGETS}/{id}`;
const TENANT = '/api/tenants/{id}';
const REASON = { override: { reason: 'The bucket of a test.' } };

interface World {
  readonly tenant: TestTenant;
  /** Prepares: not who is looked for in the audit. */
  readonly owner: string;
  /** Of who does it. */
  readonly token: string;
  /** Of a started integration that nobody polls. */
  readonly id: string;
  readonly path: string;
}

/** Of the operation, by the admin, after what it needs was prepared by the owner. */
type Act = (world: World) => Promise<Answer>;

const credentials = () => {
  const { accessKeyId, secretAccessKey } = inject('stack').s3;
  return { accessKeyId, secretAccessKey };
};
const done = async (answer: Promise<Answer>): Promise<Answer> => {
  const { status, text } = await answer;
  expect(status, text).toBeLessThan(300);
  return answer;
};
const newTarget = async ({ owner, tenant }: World): Promise<string> => {
  const body = { tenantId: tenant.id, name: crypto.randomUUID(), url: 'https://hooks.example.com/' };
  return stringAt((await done(call('POST', TARGETS, { token: owner, body }))).body, 'id');
};
const rotated = ({ path, owner }: World) =>
  done(call('POST', `${path}/credentials/rotation`, { token: owner, body: { credentials: credentials() } }));
const issued = ({ path, owner }: World) => done(call('POST', `${path}/event-secret`, { token: owner }));
/** Of a folder within the input folder. */
const rulePath = async ({ path, owner }: World): Promise<string> => {
  const { body } = await call('GET', path, { token: owner });
  return `${path}/rules?prefix=${encodeURIComponent(`${stringAt(body, 'inputPrefix')}folder/`)}`;
};
const setRule = async (world: World, token: string): Promise<Answer> =>
  call('PUT', await rulePath(world), { token, body: { language: 'de' } });

const ACTS: Readonly<Record<string, Act>> = {
  [`POST ${INTEGRATIONS}`]: ({ tenant, token }) =>
    call('POST', INTEGRATIONS, { token, body: genericBody(tenant.id) }),
  [`PATCH ${ID}`]: ({ path, token }) => call('PATCH', path, { token, body: { name: 'Another name' } }),
  [`DELETE ${ID}`]: ({ path, token }) => call('DELETE', path, { token }),
  [`POST ${ID}/start`]: async ({ tenant, token }) =>
    call('POST', `${INTEGRATIONS}/${await newDraft(tenant)}/start`, { token, body: REASON }),
  [`POST ${ID}/test-connection`]: ({ path, token }) => call('POST', `${path}/test-connection`, { token }),
  [`POST ${ID}/test-connection/watch`]: ({ path, token }) =>
    call('POST', `${path}/test-connection/watch`, { token }),
  [`POST ${ID}/dry-run`]: ({ path, token }) => call('POST', `${path}/dry-run`, { token, body: {} }),
  [`POST ${ID}/dry-run/cancel`]: async ({ tenant, id, path, token }) => {
    await sql.query(
      `insert into public.s3_dry_runs (tenant_id, integration_id, due_at) values ($1, $2, 'infinity')`,
      [tenant.id, id],
    );
    return call('POST', `${path}/dry-run/cancel`, { token });
  },
  [`POST ${ID}/events/test`]: async ({ id, path, token }) => {
    await sql.query(
      `update public.s3_integrations set detection_mode = 'event', status = 'active' where id = $1`,
      [id],
    );
    return call('POST', `${path}/events/test`, { token, body: {} });
  },
  [`PUT ${ID}/rules`]: (world) => setRule(world, world.token),
  [`DELETE ${ID}/rules`]: async (world) => {
    await done(setRule(world, world.owner));
    return call('DELETE', await rulePath(world), { token: world.token });
  },
  [`POST ${ID}/replays`]: async ({ tenant, id, path, token }) => {
    await seedObjects(sql, tenant.id, id, [{ state: 'failed', reason: 'pdf_corrupt' }]);
    const filter = { states: ['failed'] };
    const shown = await done(call('POST', `${path}/replays`, { token, body: { filter, preview: true } }));
    const previewToken = stringAt(shown.body, 'previewToken');
    return call('POST', `${path}/replays`, { token, body: { filter, previewToken } });
  },
  [`POST ${ID}/replays/{replayId}/cancel`]: async ({ tenant, owner, id, path, token }) => {
    const replayId = crypto.randomUUID();
    // That of a paused integration waits: no sweep ends it before it is cancelled.
    await done(call('PATCH', path, { token: owner, body: { status: 'paused' } }));
    await sql.query(
      `insert into public.s3_replays (id, tenant_id, integration_id, status, states, as_of, expected_objects)
       values ($1, $2, $3, 'running', '{failed}', now(), 1)`,
      [replayId, tenant.id, id],
    );
    return call('POST', `${path}/replays/${replayId}/cancel`, { token });
  },
  [`PUT ${ID}/notification-target`]: async (world) => {
    const targetId = await newTarget(world);
    return call('PUT', `${world.path}/notification-target`, { token: world.token, body: { targetId } });
  },
  [`POST ${ID}/credentials/rotation`]: ({ path, token }) =>
    call('POST', `${path}/credentials/rotation`, { token, body: { credentials: credentials() } }),
  [`POST ${ID}/credentials/rotation/finish`]: async (world) => {
    await rotated(world);
    return call('POST', `${world.path}/credentials/rotation/finish`, { token: world.token });
  },
  [`POST ${ID}/credentials/rotation/cancel`]: async (world) => {
    await rotated(world);
    return call('POST', `${world.path}/credentials/rotation/cancel`, { token: world.token });
  },
  [`POST ${ID}/event-secret`]: ({ path, token }) => call('POST', `${path}/event-secret`, { token }),
  [`POST ${ID}/event-secret/rotate`]: async (world) => {
    await issued(world);
    return call('POST', `${world.path}/event-secret/rotate`, { token: world.token, body: {} });
  },
  [`DELETE ${ID}/event-secret/previous`]: async (world) => {
    const { path, owner, token } = world;
    await issued(world);
    await done(call('POST', `${path}/event-secret/rotate`, { token: owner, body: {} }));
    return call('DELETE', `${path}/event-secret/previous`, { token });
  },
  [`POST ${TARGETS}`]: ({ tenant, token }) =>
    call('POST', TARGETS, {
      token,
      body: { tenantId: tenant.id, name: 'Ours', url: 'https://hooks.example.com/' },
    }),
  [`PATCH ${TARGET}`]: async (world) =>
    call('PATCH', `${TARGETS}/${await newTarget(world)}`, { token: world.token, body: { name: 'Renamed' } }),
  [`DELETE ${TARGET}`]: async (world) =>
    call('DELETE', `${TARGETS}/${await newTarget(world)}`, { token: world.token }),
  [`POST ${TARGET}/rotate-secret`]: async (world) =>
    call('POST', `${TARGETS}/${await newTarget(world)}/rotate-secret`, {
      token: world.token,
      body: { overlapSeconds: 60 },
    }),
  [`POST ${TARGET}/test`]: async (world) =>
    call('POST', `${TARGETS}/${await newTarget(world)}/test`, { token: world.token }),
  [`POST ${TARGET}/deliveries/{deliveryId}/replay`]: async ({ tenant, token }) => {
    const { targetId, deliveryId } = await seedDelivery(sql, tenant.id);
    return call('POST', `${TARGETS}/${targetId}/deliveries/${deliveryId}/replay`, { token });
  },
};

/** Of somebody who is a member already. */
const memberPath = async ({ tenant }: World): Promise<string> =>
  `/api/tenants/${tenant.id}/members/${(await addMember(inject('stack'), tenant, 'member')).id}`;
const invite = ({ tenant }: World, token: string): Promise<Answer> =>
  call('POST', `/api/tenants/${tenant.id}/invitations`, {
    token,
    body: { email: `${crypto.randomUUID()}@example.test`, role: 'member' },
  });
const invitationPath = async (world: World): Promise<string> =>
  `/api/tenants/${world.tenant.id}/invitations/${stringAt((await done(invite(world, world.owner))).body, 'id')}`;

/** What concerns the people of a tenant. */
const MEMBER_ACTS: Readonly<Record<string, Act>> = {
  [`PATCH ${TENANT}/members/{userId}`]: async (world) =>
    call('PATCH', await memberPath(world), { token: world.token, body: { role: 'admin' } }),
  [`DELETE ${TENANT}/members/{userId}`]: async (world) =>
    call('DELETE', await memberPath(world), { token: world.token }),
  [`POST ${TENANT}/invitations`]: (world) => invite(world, world.token),
  [`POST ${TENANT}/invitations/{invitationId}/renew`]: async (world) =>
    call('POST', `${await invitationPath(world)}/renew`, { token: world.token }),
  [`DELETE ${TENANT}/invitations/{invitationId}`]: async (world) =>
    call('DELETE', await invitationPath(world), { token: world.token }),
};

const ALL = { ...ACTS, ...MEMBER_ACTS };

/**
 * Of no tenant, by nobody who is a member, or with another server in it: their own tests look for their events.
 */
const ELSEWHERE: Readonly<Record<string, string>> = {
  [`POST ${ID}/setup/r2-receiver/deploy`]: 'r2-deployment.stack.test.ts',
  [`POST ${ID}/setup/r2-receiver/remove`]: 'r2-deployment.stack.test.ts',
  'POST /api/invitations/accept': 'members.stack.test.ts',
  'POST /api/admin/reseals': 'reseals.stack.test.ts',
  'POST /api/admin/tenants/{id}/access': 'support.stack.test.ts',
};

const eventsOf = async (tenantId: string) =>
  (
    await sql.query<{ id: string; actorId: string | null; kind: string; at: Date }>(
      `select id::text, actor_id as "actorId", actor_kind as kind, at from public.audit_events where tenant_id = $1 order by id`,
      [tenantId],
    )
  ).rows;

test('every operation of the document that changes something is tried here or where it says', () => {
  expect(changing.map(({ name }) => name).toSorted()).toEqual(
    [...Object.keys(ALL), ...Object.keys(ELSEWHERE)].toSorted(),
  );
});

describe.concurrent.each(Object.entries(ALL))('%s', (_, act) => {
  test('leaves an event that says who, when and of which tenant', async () => {
    const tenant = await newTenant();
    const [admin, stranger] = await Promise.all([addMember(inject('stack'), tenant, 'admin'), newTenant()]);
    const id = await newIntegration(tenant);
    await park(sql, id);
    const { rows: begun } = await sql.query<{ now: Date }>('select clock_timestamp() as now');
    const world = {
      tenant,
      owner: tenant.owner.accessToken,
      token: admin.accessToken,
      id,
      path: `${INTEGRATIONS}/${id}`,
    };
    const before = new Set((await eventsOf(tenant.id)).map((event) => event.id));
    await done(act(world));
    const { rows: ended } = await sql.query<{ now: Date }>('select clock_timestamp() as now');
    const events = await eventsOf(tenant.id);
    const byAdmin = ({ actorId }: { actorId: string | null }) => actorId === admin.id;
    const told = events.filter((event) => byAdmin(event) && !before.has(event.id));
    expect(told.length).toBeGreaterThan(0);
    for (const event of told) {
      expect(event.kind).toBe('user');
      expect(event.at.getTime()).toBeGreaterThanOrEqual(Number(begun[0]?.now));
      expect(event.at.getTime()).toBeLessThanOrEqual(Number(ended[0]?.now));
    }
    // As the tenant reads it, and nobody else.
    const audit = `/api/tenants/${tenant.id}/audit?actorId=${admin.id}&limit=200`;
    const read = await call('GET', audit, { token: world.owner });
    expect(at(read.body, 'items.length')).toBe(events.filter(byAdmin).length);
    expect((await call('GET', audit, { token: stranger.owner.accessToken })).status).toBe(404);
  });
});
