import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { ArrowLeft, ArrowRight } from 'lucide-react';
import { ApiError } from '../../app/api.ts';
import { paths } from '../../app/paths.ts';
import { PageHeader } from '../../app/shell/page-header.tsx';
import { mayEdit, useTenant } from '../../app/tenants.ts';
import { buttonClass } from '../../ui/actions/button.tsx';
import { Badge } from '../../ui/data/badge.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { PROVIDER_NAMES, standingOf } from '../integrations/integration.ts';
import { PauseButton } from './pause-button.tsx';
import { type Integration, integrationQuery, useIntegrationId } from './queries.ts';
import { TabLinks } from './tabs.tsx';

const Place = ({ provider, bucket, inputPrefix, outputPrefix }: Integration) => (
  <span className="breakable">
    {PROVIDER_NAMES[provider]} · <code>{`${bucket}/${inputPrefix}`}</code>
    <ArrowRight aria-label="to" role="img" size={14} className="mx-1.5 inline align-[-2px]" />
    <code>{outputPrefix}</code>
  </span>
);

const Missing = ({ tenantId }: { readonly tenantId: string }) => (
  <PageHeader
    title="There is no such integration"
    action={
      <Link to={paths.integrations(tenantId)} className={buttonClass('primary')}>
        All integrations
      </Link>
    }
  >
    It may have been deleted, or belong to somebody else. Check the address.
  </PageHeader>
);

const Waiting = () => (
  <Loading what="the integration">
    <Skeleton className="h-9 w-64 max-w-full" />
    <Skeleton className="mt-3 h-5 w-96 max-w-full" />
    <Skeleton className="mt-8 h-10 w-full" />
    <Skeleton className="mt-6 h-44 w-full" />
  </Loading>
);

const Action = ({ integration }: { readonly integration: Integration }) =>
  integration.status === 'draft' ? (
    <Link to={paths.draft(integration.tenantId, integration.id)} className={buttonClass('primary')}>
      Go on with connecting it
    </Link>
  ) : (
    <PauseButton integration={integration} />
  );

/** What the pages of one integration have in common: its name, how it stands, and the way between them. */
const IntegrationLayout = () => {
  const tenant = useTenant();
  const id = useIntegrationId();
  const { data: integration, error, refetch, isFetching } = useQuery(integrationQuery(id));
  if (integration === undefined) {
    if (error instanceof ApiError && error.problem.status === 404) return <Missing tenantId={tenant.id} />;
    return error === null ? (
      <Waiting />
    ) : (
      <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
    );
  }
  // Of another tenant: this address is not its own.
  if (integration.tenantId !== tenant.id) return <Missing tenantId={tenant.id} />;
  const { tone, label } = standingOf(integration);
  return (
    <>
      <p className="mb-2 text-xs">
        <Link to={paths.integrations(tenant.id)} className="inline-flex items-center gap-1 py-1 text-soft">
          <ArrowLeft aria-hidden size={14} />
          All integrations
        </Link>
      </p>
      <PageHeader
        title={integration.name}
        action={
          <div className="flex items-center gap-3">
            <Badge tone={tone}>{label}</Badge>
            {mayEdit(tenant) && <Action integration={integration} />}
          </div>
        }
      >
        <Place {...integration} />
      </PageHeader>
      <TabLinks tenantId={tenant.id} integrationId={id} />
      {error !== null && (
        <div className="mb-5">
          <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
        </div>
      )}
      <Outlet />
    </>
  );
};

export default IntegrationLayout;
