import { createRoute, z } from '@hono/zod-openapi';
import { unwrap, unwrapNullable } from '@sluice/db';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { adminProblems, bearer, problem } from '../../http/reference/openapi.ts';
import { TenantParam } from '../tenants/schemas.ts';
import { issuedOf } from './read-model.ts';
import {
  ACCEPT_EXAMPLES,
  Accept,
  INVITE_EXAMPLES,
  InvitationList,
  InvitationParams,
  Invite,
  Issued,
  Offer,
} from './schemas.ts';

const PATH = '/api/tenants/{id}/invitations';
const ONE = `${PATH}/{invitationId}`;
const common = { tags: ['Tenants'], security: bearer };
const ONCE = 'The link is shown here and never again. It works once, for a week.';

const list = createRoute({
  ...common,
  method: 'get',
  path: PATH,
  summary: 'List pending invitations',
  description:
    'Those nobody has accepted yet, expired ones among them, newest first; never their links. Takes the role admin or owner.',
  request: { params: TenantParam },
  responses: {
    200: {
      description: 'All of them: together with the members as many as the limit `members` says.',
      content: { 'application/json': { schema: InvitationList } },
    },
    ...adminProblems,
  },
});

const invite = createRoute({
  ...common,
  method: 'post',
  path: PATH,
  summary: 'Invite somebody to a tenant',
  description: `Makes a link for whoever has this address. ${ONCE} We send no mail: that is the business of your identity provider, so pass the link on yourself. It is accepted by a signed-in account whose confirmed address is the one invited, and by no other. Takes the role admin or owner; only owners invite owners.`,
  request: {
    params: TenantParam,
    body: { required: true, content: { 'application/json': { schema: Invite, examples: INVITE_EXAMPLES } } },
  },
  responses: {
    201: { description: 'Invited.', content: { 'application/json': { schema: Issued } } },
    ...adminProblems,
    409: problem(
      'There is a member or an invitation of this address, or there are too many.',
      'already_member',
      'invitation_pending',
      'quota_reached',
    ),
  },
});

const renew = createRoute({
  ...common,
  method: 'post',
  path: `${ONE}/renew`,
  summary: 'Make a new link for an invitation',
  description: `When a link was lost or has expired; the one before it ends. ${ONCE} Takes the role admin or owner; only owners renew the invitation of an owner.`,
  request: { params: InvitationParams },
  responses: {
    200: { description: 'Renewed.', content: { 'application/json': { schema: Issued } } },
    ...adminProblems,
  },
});

const revoke = createRoute({
  ...common,
  method: 'delete',
  path: ONE,
  summary: 'Revoke an invitation',
  description:
    'Its link works no more. Takes the role admin or owner; only owners revoke the invitation of an owner.',
  request: { params: InvitationParams },
  responses: { 204: { description: 'Revoked.' }, ...adminProblems },
});

const accept = createRoute({
  ...common,
  method: 'post',
  path: '/api/invitations/accept',
  summary: 'Accept an invitation',
  description:
    'Makes you a member, when the confirmed address of your account is the one invited. With `preview` it only says what that would do. Accepting again changes nothing. To any other account it says no more than a hint of the address.',
  request: {
    body: { required: true, content: { 'application/json': { schema: Accept, examples: ACCEPT_EXAMPLES } } },
  },
  responses: {
    200: {
      description: 'What it gives; `isMember` says whether you have it.',
      content: { 'application/json': { schema: Offer } },
    },
    ...adminProblems,
    403: problem(
      'The account is not the one invited.',
      'invitation_for_another_address',
      'email_not_verified',
    ),
    404: problem('No invitation has this token.', 'invitation_unknown'),
    410: problem('It is over.', 'invitation_expired', 'invitation_used', 'invitation_revoked'),
  },
});

export const listInvitationsRoute = (app: App) =>
  app.openapi(list, async (c) => {
    const { id } = c.req.valid('param');
    const rows = unwrap(await c.var.db.rpc('list_tenant_invitations', { p_tenant_id: id }));
    return c.json({ items: z.array(shared.TenantInvitation).parse(rows) }, 200);
  });

export const inviteMemberRoute = (app: App) =>
  app.openapi(invite, async (c) => {
    const { email, role } = c.req.valid('json');
    const asked = { p_tenant_id: c.req.valid('param').id, p_email: email, p_role: role };
    return c.json(issuedOf(unwrap(await c.var.db.rpc('invite_tenant_member', asked)), c.req.url), 201);
  });

export const renewInvitationRoute = (app: App) =>
  app.openapi(renew, async (c) => {
    const { id, invitationId } = c.req.valid('param');
    const asked = { p_tenant_id: id, p_invitation_id: invitationId };
    return c.json(issuedOf(unwrap(await c.var.db.rpc('renew_tenant_invitation', asked)), c.req.url), 200);
  });

export const revokeInvitationRoute = (app: App) =>
  app.openapi(revoke, async (c) => {
    const { id, invitationId } = c.req.valid('param');
    const asked = { p_tenant_id: id, p_invitation_id: invitationId };
    unwrapNullable(await c.var.db.rpc('revoke_tenant_invitation', asked));
    return c.body(null, 204);
  });

export const acceptInvitationRoute = (app: App) =>
  app.openapi(accept, async (c) => {
    const { token, preview } = c.req.valid('json');
    const asked = { p_token: token, p_preview: preview };
    return c.json(
      shared.InvitationOffer.parse(unwrap(await c.var.db.rpc('accept_tenant_invitation', asked))),
      200,
    );
  });
