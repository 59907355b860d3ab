import { createRoute } from '@hono/zod-openapi';
import { unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { EtagHeader, editConflict, editing, etagOf, IfMatch, revisionOf } from '../../http/etag.ts';
import { adminProblems, bearer, problem, readProblems } from '../../http/reference/openapi.ts';
import { TenantParam } from '../tenants/schemas.ts';
import { readMember, readMembers } from './read-model.ts';
import { Member, MemberList, MemberParams, UPDATE_EXAMPLES, UpdateMember } from './schemas.ts';

const PATH = '/api/tenants/{id}/members';
const common = { tags: ['Tenants'], security: bearer };
const lastOwner = { 409: problem('It would leave the tenant without an owner.', 'last_owner') } as const;

const list = createRoute({
  ...common,
  method: 'get',
  path: PATH,
  summary: 'List the members of a tenant',
  description: 'Owners first. Every member sees who else there is.',
  request: { params: TenantParam },
  responses: {
    200: {
      description: 'All of them: as many as the limit `members` says.',
      content: { 'application/json': { schema: MemberList } },
    },
    ...readProblems,
  },
});

const update = createRoute({
  ...common,
  method: 'patch',
  path: `${PATH}/{userId}`,
  summary: 'Change the role of a member',
  description:
    'Takes the role admin or owner; only owners make owners, or make them something else. A tenant keeps at least one. Pending invitations of somebody who may no longer make them are revoked.',
  request: {
    params: MemberParams,
    headers: IfMatch,
    body: {
      required: true,
      content: { 'application/json': { schema: UpdateMember, examples: UPDATE_EXAMPLES } },
    },
  },
  responses: {
    200: {
      description: 'Changed.',
      headers: EtagHeader,
      content: { 'application/json': { schema: Member } },
    },
    ...adminProblems,
    ...lastOwner,
    ...editConflict,
  },
});

const remove = createRoute({
  ...common,
  method: 'delete',
  path: `${PATH}/{userId}`,
  summary: 'Remove a member, or leave',
  description:
    'At once: nothing of the tenant is visible to them any more. What they set up goes on; their pending invitations are revoked. Everybody may remove themselves; others are removed by admins and owners, owners by owners. The last owner stays.',
  request: { params: MemberParams, headers: IfMatch },
  responses: { 204: { description: 'Removed.' }, ...adminProblems, ...lastOwner, ...editConflict },
});

export const listMembersRoute = (app: App) =>
  app.openapi(list, async (c) =>
    c.json({ items: await readMembers(c.var.db, c.req.valid('param').id) }, 200),
  );

export const updateMemberRoute = (app: App) =>
  app.openapi(update, async (c) => {
    const { id, userId } = c.req.valid('param');
    const { db } = c.var;
    const { role } = c.req.valid('json');
    const read = () => readMember(db, id, userId);
    const change = {
      p_tenant_id: id,
      p_user_id: userId,
      p_role: role,
      ...revisionOf(c.req.valid('header')),
    };
    await editing(c, read, async () => unwrapNullable(await db.rpc('set_tenant_member', change)));
    const member = await read();
    return c.json(member, 200, await etagOf(member));
  });

export const removeMemberRoute = (app: App) =>
  app.openapi(remove, async (c) => {
    const { id, userId } = c.req.valid('param');
    const { db } = c.var;
    const member = { p_tenant_id: id, p_user_id: userId, ...revisionOf(c.req.valid('header')) };
    await editing(
      c,
      () => readMember(db, id, userId),
      async () => unwrapNullable(await db.rpc('remove_tenant_member', member)),
    );
    return c.body(null, 204);
  });
