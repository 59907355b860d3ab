import { z } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';
import { TenantParam } from '../tenants/schemas.ts';

/** Named for the OpenAPI document; see ../s3-integrations/schemas.ts for why they are cloned. */
export const Member = shared.TenantMember.clone().openapi('TenantMember');
export const MemberList = z.strictObject({ items: z.array(Member) }).openapi('TenantMemberList');
export const UpdateMember = shared.UpdateTenantMember.clone().openapi('UpdateTenantMember');
const Invitation = shared.TenantInvitation.clone().openapi('TenantInvitation', {
  description: 'An invitation nobody has accepted yet. Its link is shown once and never again.',
});
export const InvitationList = z.strictObject({ items: z.array(Invitation) }).openapi('TenantInvitationList');
export const Invite = shared.InviteTenantMember.clone().openapi('InviteTenantMember');
export const Issued = shared.IssuedInvitation.clone().openapi('IssuedTenantInvitation');
export const Accept = shared.AcceptInvitation.clone().openapi('AcceptTenantInvitation');
export const Offer = shared.InvitationOffer.clone().openapi('TenantInvitationOffer');

export const MemberParams = z.object({
  ...TenantParam.shape,
  userId: z.uuid().openapi({
    param: { name: 'userId', in: 'path', description: 'Id of the member’s account.' },
    example: '8e1c0f5b-63f5-4c38-9a0d-6f2d9be1a7c4',
  }),
});
export const InvitationParams = z.object({
  ...TenantParam.shape,
  invitationId: z.uuid().openapi({
    param: { name: 'invitationId', in: 'path', description: 'Id of the invitation.' },
    example: '2b9f6c1e-8a47-4d0f-b3c5-19e7d2a4f680',
  }),
});

const EXAMPLE_TOKEN = 'slinv_PZ6vH1sGQ3yNfVwLd0cT8mJxK2eRbU5aYiO7hWqXnE4';

export const UPDATE_EXAMPLES = {
  admin: { summary: 'Let somebody manage integrations and members', value: { role: 'admin' } },
} as const;
export const INVITE_EXAMPLES = {
  member: { summary: 'Somebody who looks', value: { email: 'grace@example.com', role: 'member' } },
} as const;
export const ACCEPT_EXAMPLES = {
  accept: { summary: 'Become a member', value: { token: EXAMPLE_TOKEN } },
  preview: { summary: 'See what it is first', value: { token: EXAMPLE_TOKEN, preview: true } },
};
