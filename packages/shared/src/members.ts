import * as z from 'zod';
import { text } from './fields.ts';

/** Owners may do everything, admins all but make and unmake owners, members look. */
export const TenantRole = z
  .enum(['owner', 'admin', 'member'])
  .describe(
    '`owner`: everything. `admin`: everything but what concerns owners. `member`: sees all, changes nothing.',
  );
export type TenantRole = z.infer<typeof TenantRole>;

/** Somebody who may act for a tenant. */
export const TenantMember = z.strictObject({
  userId: z.uuid(),
  email: z.string().nullable().describe('Null of an account without an address.'),
  role: TenantRole,
  since: z.string().describe('When they became a member.'),
  revision: z.int().describe('Counts the changes of their role; what `If-Match` goes by.'),
});
export type TenantMember = z.infer<typeof TenantMember>;

export const UpdateTenantMember = z.strictObject({ role: TenantRole });
export type UpdateTenantMember = z.infer<typeof UpdateTenantMember>;

/** An e-mail address, in lower case. */
const Address = text(255)
  .toLowerCase()
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'Give one e-mail address.')
  .refine(
    (address) => !/\p{Cf}/u.test(address),
    'Type the address: there are characters in it that nobody sees.',
  );

export const InviteTenantMember = z.strictObject({
  email: Address.describe('Whose account may accept it. We send no mail: you pass the link on.'),
  role: TenantRole,
});
export type InviteTenantMember = z.infer<typeof InviteTenantMember>;

/** An invitation nobody has accepted yet. */
export const TenantInvitation = z.strictObject({
  id: z.uuid(),
  tenantId: z.uuid(),
  email: z.string(),
  role: TenantRole,
  state: z.enum(['pending', 'expired']),
  invitedBy: z.string().nullable().describe('Address of who invites.'),
  createdAt: z.string(),
  expiresAt: z.string(),
});
export type TenantInvitation = z.infer<typeof TenantInvitation>;

/** A token of an invitation: 244 random bits. */
const InvitationToken = z
  .string()
  .regex(/^slinv_[\w-]{43}$/, 'Use the token of the link as it is: what stands behind the `#`.');

/** What an invitation is answered with that shows its link. */
export const IssuedInvitation = z.strictObject({
  ...TenantInvitation.shape,
  invitationToken: z.string().describe('What makes the link. Shown once; only its hash is stored.'),
  acceptUrl: z
    .string()
    .describe('The link to pass on. The token stands behind the `#`, so no server sees it.'),
});
export type IssuedInvitation = z.infer<typeof IssuedInvitation>;

export const AcceptInvitation = z.strictObject({
  token: InvitationToken,
  preview: z.boolean().default(false).describe('Only say what accepting would do.'),
});
export type AcceptInvitation = z.infer<typeof AcceptInvitation>;

/** What an invitation gives to whom it is for. */
export const InvitationOffer = z.strictObject({
  tenantId: z.uuid(),
  tenantName: z.string(),
  role: TenantRole,
  email: z.string(),
  invitedBy: z.string().nullable(),
  expiresAt: z.string(),
  isMember: z.boolean().describe('Whether you are a member now.'),
});
export type InvitationOffer = z.infer<typeof InvitationOffer>;
