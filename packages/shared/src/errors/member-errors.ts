import { entry } from './entry.ts';

/** Who is a member of a tenant, and how people become one. */
export const memberErrors = {
  last_owner: entry(
    409,
    'client',
    false,
    'A tenant needs an owner',
    'Make another member an owner first. Then this one can leave, or take another role.',
  ),
  already_member: entry(
    409,
    'client',
    false,
    'Whoever has this address is a member already',
    'Change their role in the list of members instead.',
  ),
  invitation_pending: entry(
    409,
    'client',
    false,
    'This address is invited already',
    'Make a new link for the invitation that is there, or revoke it and invite again.',
  ),
  invitation_unknown: entry(
    404,
    'client',
    false,
    'There is no such invitation',
    'Open the link as you were given it, whole. If a newer one was sent to you, this one is no longer good.',
  ),
  invitation_for_another_address: entry(
    403,
    'client',
    false,
    'This invitation is for another address',
    'Sign in with the account of the address it was made for, or ask for an invitation to yours.',
  ),
  email_not_verified: entry(
    403,
    'client',
    false,
    'Your address is not confirmed yet',
    'Open the link in the message you got when you signed up. Then open the invitation again.',
  ),
  invitation_expired: entry(
    410,
    'client',
    false,
    'This invitation has expired',
    'Ask whoever invited you for a new link: one is good for a week.',
  ),
  invitation_used: entry(
    410,
    'client',
    false,
    'This invitation was used',
    'A link works once. If you are no longer a member, ask for another invitation.',
  ),
  invitation_revoked: entry(
    410,
    'client',
    false,
    'This invitation was taken back',
    'Ask whoever invited you whether they still mean it, and for a new link.',
  ),
} as const;
