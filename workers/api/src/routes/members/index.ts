import {
  acceptInvitationRoute,
  inviteMemberRoute,
  listInvitationsRoute,
  renewInvitationRoute,
  revokeInvitationRoute,
} from './invitations.ts';
import { listMembersRoute, removeMemberRoute, updateMemberRoute } from './members.ts';

export const memberRoutes = [
  listMembersRoute,
  updateMemberRoute,
  removeMemberRoute,
  listInvitationsRoute,
  inviteMemberRoute,
  renewInvitationRoute,
  revokeInvitationRoute,
  acceptInvitationRoute,
];
