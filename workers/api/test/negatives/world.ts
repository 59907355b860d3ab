import { addMember, createUser, type TestTenant } from '@sluice/testkit';
import {
  type Answer,
  call,
  loadDocument,
  newIntegration,
  newTenant,
  type Operation,
  operationsOf,
  stringAt,
  takesToken,
} from '@sluice/testkit/api-client';
import { inject } from 'vitest';
import { openSql, seedDryRun, seedEventTest, seedObject, seedReplay } from '../support/fixtures.ts';
import { seedDelivery } from '../support/notifications.ts';
import { bodiesFor, type Records, urlFor } from '../support/requests.ts';

/**
 * What every operation of the API refuses, whichever operations there are: the requests are made from the OpenAPI
 * document. Nothing here may succeed, so one integration serves all.
 */

export const { document } = await loadDocument();
/** The operations that are for signed-in users. */
export const guarded = operationsOf(document).filter(takesToken);

export const FIRST_ID = '/api/integrations/s3/{id}';
export const TARGET_ID = '/api/notification-targets/{id}';
export const RESEAL_ID = '/api/admin/reseals/{id}';
export const TENANT_ID = '/api/tenants/{id}';
const MEMBER_ID = `${TENANT_ID}/members/{userId}`;
const INVITATION_ID = `${TENANT_ID}/invitations/{invitationId}`;
const OPENED_TENANT_ID = '/api/admin/tenants/{id}';

const sql = openSql();

const recordsOf = (
  tenantId: string,
  ids: Readonly<
    Record<
      | 'integrationId'
      | 'objectId'
      | 'replayId'
      | 'targetId'
      | 'deliveryId'
      | 'resealId'
      | 'memberId'
      | 'invitationId',
      string
    >
  >,
): Records => ({
  tenantId,
  ids: {
    [FIRST_ID]: ids.integrationId,
    '/api/events/s3/{integrationId}': ids.integrationId,
    [`${FIRST_ID}/objects/{objectId}`]: ids.objectId,
    [`${FIRST_ID}/objects/{objectId}/outputs/{kind}`]: 'html',
    [`${FIRST_ID}/replays/{replayId}`]: ids.replayId,
    [TARGET_ID]: ids.targetId,
    [`${TARGET_ID}/deliveries/{deliveryId}`]: ids.deliveryId,
    [RESEAL_ID]: ids.resealId,
    [TENANT_ID]: tenantId,
    [MEMBER_ID]: ids.memberId,
    [INVITATION_ID]: ids.invitationId,
    [OPENED_TENANT_ID]: tenantId,
  },
});

const seeded = async (tenant: TestTenant, integrationId: string): Promise<Records> => {
  const { id: tenantId, owner } = tenant;
  const invite = { email: `${crypto.randomUUID()}@example.test`, role: 'member' };
  const path = `/api/tenants/${tenantId}/invitations`;
  const invited = await call('POST', path, { token: owner.accessToken, body: invite });
  return recordsOf(tenantId, {
    integrationId,
    objectId: await seedObject(sql, tenantId, integrationId),
    replayId: await seedReplay(sql, tenantId, integrationId),
    ...(await seedDelivery(sql, tenantId)),
    resealId: crypto.randomUUID(),
    memberId: (await addMember(inject('stack'), tenant, 'member')).id,
    invitationId: stringAt(invited.body, 'id'),
  });
};

const missingRecords = (): Records => {
  const id = (): string => crypto.randomUUID();
  return recordsOf(id(), {
    integrationId: id(),
    objectId: id(),
    replayId: id(),
    targetId: id(),
    deliveryId: id(),
    resealId: id(),
    memberId: id(),
    invitationId: id(),
  });
};

export interface World {
  readonly owner: { readonly token: string; readonly id: string };
  /** Tokens of the tenant's owner, of others in it by role, and of a stranger, who is in no tenant but their own. */
  readonly callers: Readonly<Record<'owner' | 'admin' | 'member' | 'stranger', string>>;
  readonly own: Records;
  /** Of a tenant nobody of `callers` is in. */
  readonly others: Records;
  readonly missing: Records;
}

/** Two tenants, with one record of each kind. */
export const openWorld = async (): Promise<World> => {
  const stack = inject('stack');
  const [tenant, otherTenant] = await Promise.all([newTenant(), newTenant()]);
  const [integrationId, otherId] = await Promise.all([
    // Where the document's examples of keys and folders lie.
    newIntegration(tenant, { inputPrefix: 'incoming/', outputPrefix: 'accessible/' }),
    newIntegration(otherTenant),
  ]);
  await seedDryRun(sql, tenant.id, integrationId);
  await seedEventTest(sql, tenant.id, integrationId);
  await seedDryRun(sql, otherTenant.id, otherId);
  await seedEventTest(sql, otherTenant.id, otherId);
  const own = await seeded(tenant, integrationId);
  const others = await seeded(otherTenant, otherId);
  const [admin, member, stranger] = await Promise.all([
    addMember(stack, tenant, 'admin'),
    addMember(stack, tenant, 'member'),
    createUser(stack),
  ]);
  return {
    owner: { token: tenant.owner.accessToken, id: tenant.owner.id },
    callers: {
      owner: tenant.owner.accessToken,
      admin: admin.accessToken,
      member: member.accessToken,
      stranger: stranger.accessToken,
    },
    own,
    others,
    missing: missingRecords(),
  };
};

/** The operation as the document's first example calls it, but for what is given. */
export const attempt = (
  operation: Operation,
  records: Records,
  options: { token?: string; body?: unknown; headers?: Record<string, string> },
): Promise<Answer> => {
  const body = bodiesFor(operation, records)[0]?.body;
  return call(operation.method, urlFor(operation, records), {
    ...(body === undefined ? {} : { body }),
    ...options,
  });
};
