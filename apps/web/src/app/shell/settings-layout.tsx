import { useQuery } from '@tanstack/react-query';
import { Navigate, Outlet, useLocation } from '@tanstack/react-router';
import { Building2 } from 'lucide-react';
import { useEffect } from 'react';
import { NotFoundPage } from '../../pages/not-found.tsx';
import { Empty } from '../../ui/states/empty.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { paths } from '../paths.ts';
import { SETTINGS_SECTIONS } from '../settings-registry.ts';
import { firstTenant, rememberTenant, tenantsQuery, useTenantId } from '../tenants.ts';
import { Frame } from './frame.tsx';

const FIRST_SECTION = SETTINGS_SECTIONS[0]?.id ?? '';

const Waiting = () => (
  <Loading what="your settings">
    <Skeleton className="h-9 w-56" />
    <Skeleton className="mt-3 h-5 w-80 max-w-full" />
    <Skeleton className="mt-8 h-32 w-full" />
  </Loading>
);

/** `/settings`: to the tenant looked at last. */
export const HomeRedirect = () => {
  const { data: tenants, error, refetch, isFetching } = useQuery(tenantsQuery);
  // Who goes elsewhere before the tenants are known sees this until the code of that page is there, and is not called back.
  const isLeaving = useLocation({ select: ({ pathname }) => pathname.replace(/\/$/, '') !== paths.home });
  const first = tenants === undefined ? undefined : firstTenant(tenants);
  if (first !== undefined && !isLeaving)
    return <Navigate to={paths.section(first.id, FIRST_SECTION)} replace />;
  return (
    <Frame>
      {error !== null ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
      ) : tenants === undefined || first !== undefined ? (
        <Waiting />
      ) : (
        <Empty icon={Building2} title="You are a member of no tenant">
          Ask an owner or admin of your organisation for an invitation.
        </Empty>
      )}
    </Frame>
  );
};

/** What the settings of one tenant have in common: navigation, and that there is such a tenant. */
export const SettingsLayout = () => {
  const tenantId = useTenantId();
  const { data: tenants, error, refetch, isFetching } = useQuery(tenantsQuery);
  const tenant = tenants?.find(({ id }) => id === tenantId);
  useEffect(() => {
    if (tenant !== undefined) rememberTenant(tenant.id);
  }, [tenant]);
  if (tenants !== undefined && tenant === undefined) return <NotFoundPage />;
  return (
    <Frame {...(tenants === undefined || tenant === undefined ? {} : { tenants, tenant })}>
      {tenant !== undefined ? (
        <Outlet />
      ) : error !== null ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
      ) : (
        <Waiting />
      )}
    </Frame>
  );
};
