import { z } from '@hono/zod-openapi';
import { type Client, unwrap } from '@sluice/db';
import * as shared from '@sluice/shared';

const Members = z.array(shared.TenantMember);
const Shown = z.strictObject({ ...shared.TenantInvitation.shape, token: z.string() });

/** @throws SluiceError `not_found` when the caller is no member of it. */
export const readMembers = async (db: Client, tenantId: string): Promise<shared.TenantMember[]> =>
  Members.parse(unwrap(await db.rpc('list_tenant_members', { p_tenant_id: tenantId })));

/** @throws SluiceError `not_found` */
export const readMember = async (
  db: Client,
  tenantId: string,
  userId: string,
): Promise<shared.TenantMember> => {
  const member = (await readMembers(db, tenantId)).find((one) => one.userId === userId);
  if (member === undefined) throw new shared.SluiceError('not_found');
  return member;
};

/** What the database made, with the link to pass on: of the origin this very request was made to. */
export const issuedOf = (made: unknown, requestUrl: string): shared.IssuedInvitation => {
  const { token, ...invitation } = Shown.parse(made);
  const link = new URL('/invitation', requestUrl);
  // Behind the `#`: a browser sends that to nobody.
  link.hash = token;
  return { ...invitation, invitationToken: token, acceptUrl: link.href };
};
