import { queryOptions, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api, type components, unwrap } from './api.ts';

export type Tenant = components['schemas']['Tenant'];

/** The tenants the person is a member of. */
export const tenantsQuery = queryOptions({
  queryKey: ['tenants'],
  queryFn: async () => (await unwrap(api.GET('/api/tenants'))).items,
  staleTime: 60_000,
});

const LAST_KEY = 'sluice.tenant';

/** The tenant to begin with: the one looked at last, else the first team, else the first. */
export const firstTenant = (tenants: readonly Tenant[]): Tenant | undefined => {
  const last = localStorage.getItem(LAST_KEY);
  return tenants.find(({ id }) => id === last) ?? tenants.find(({ kind }) => kind === 'team') ?? tenants[0];
};

export const rememberTenant = (id: string): void => localStorage.setItem(LAST_KEY, id);

/** The id in the address of a settings page. */
export const useTenantId = (): string => {
  const { tenantId }: { tenantId?: string } = useParams({ strict: false });
  if (tenantId === undefined) throw new Error('This page is not below /settings/:tenantId.');
  return tenantId;
};

/** The tenant of a settings page. Its layout has loaded it. */
export const useTenant = (): Tenant => {
  const id = useTenantId();
  const { data } = useQuery(tenantsQuery);
  const tenant = data?.find((one) => one.id === id);
  if (tenant === undefined) throw new Error('The layout of the settings shows pages of known tenants only.');
  return tenant;
};

/** Whether the person may change things of this tenant. The API decides; this hides what it would refuse. */
export const mayEdit = ({ role }: Tenant): boolean => role !== 'member';
