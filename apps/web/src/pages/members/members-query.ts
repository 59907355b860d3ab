import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, type components, unwrap } from '../../app/api.ts';
import { tenantsQuery } from '../../app/tenants.ts';

export type Member = components['schemas']['TenantMember'];
export type Invitation = components['schemas']['TenantInvitation'];
export type Role = Member['role'];

const REFRESH_MS = 15_000;

const ROLES: readonly Role[] = ['member', 'admin', 'owner'];

/** What a role is called, and what it may do. */
export const ROLE_WORDS: Readonly<Record<Role, { readonly name: string; readonly may: string }>> = {
  owner: { name: 'Owner', may: 'Everything, and the only one who makes owners.' },
  admin: { name: 'Admin', may: 'Connects and changes buckets, invites and removes admins and members.' },
  member: { name: 'Member', may: 'Sees everything but the audit, and changes nothing.' },
};

/** Roles that somebody may hand out. */
export const rolesOf = (own: Role): readonly Role[] =>
  own === 'owner' ? ROLES : ROLES.filter((role) => role !== 'owner');

export const membersQuery = (tenantId: string) =>
  queryOptions({
    queryKey: ['members', tenantId],
    queryFn: async ({ signal }) => {
      const path = { id: tenantId };
      return (await unwrap(api.GET('/api/tenants/{id}/members', { params: { path }, signal }))).items;
    },
    refetchInterval: REFRESH_MS,
  });

export const invitationsQuery = (tenantId: string) =>
  queryOptions({
    queryKey: ['invitations', tenantId],
    queryFn: async ({ signal }) => {
      const path = { id: tenantId };
      return (await unwrap(api.GET('/api/tenants/{id}/invitations', { params: { path }, signal }))).items;
    },
    refetchInterval: REFRESH_MS,
  });

/** Reads anew who there is: after each change, whatever came of it. */
export const useReadAnew = (tenantId: string) => {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['members', tenantId] }),
      client.invalidateQueries({ queryKey: ['invitations', tenantId] }),
      // One's own role may be another now.
      client.invalidateQueries({ queryKey: tenantsQuery.queryKey }),
    ]);
};
