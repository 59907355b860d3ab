import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { paths } from '../../app/paths.ts';
import { PageHeader } from '../../app/shell/page-header.tsx';
import { formatCount } from '../../format/format.ts';
import { Time } from '../../format/time.tsx';
import { Copyable } from '../../ui/actions/copyable.tsx';
import { Tabs } from '../../ui/data/tabs.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { NotFoundPage } from '../not-found.tsx';
import { Inside } from './inside.tsx';
import { LogLines } from './log-lines.tsx';
import { findIntegrations, type SupportIntegration } from './queries.ts';
import { ErrorCode, SupportStanding } from './standing.tsx';

const Facts = ({ integration }: { readonly integration: SupportIntegration }) => {
  const { tenantId, integrationId, provider, bucket, region, endpoint, inputPrefix, outputPrefix } =
    integration;
  const { lastPolledAt, lastErrorCode, consecutiveFailures, lastTestedAt, lastTestOutcome, detectionMode } =
    integration;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['State', <SupportStanding key="state" integration={integration} />],
    ['Last listed', lastPolledAt === null ? 'Never' : <Time key="listed" at={lastPolledAt} />],
    [
      'Last error',
      lastErrorCode === null ? (
        'None'
      ) : (
        <span key="error">
          <ErrorCode code={lastErrorCode} />
          {consecutiveFailures > 1 && `, ${formatCount(consecutiveFailures)} in a row`}
        </span>
      ),
    ],
    [
      'Last test',
      lastTestedAt === null ? (
        'Never'
      ) : (
        <span key="test">
          {lastTestOutcome}, <Time at={lastTestedAt} />
        </span>
      ),
    ],
    ['Found by', detectionMode === 'event' ? 'Events and listings' : 'Listings'],
    ['Bucket', <code key="bucket">{`${bucket} (${provider}, ${region})`}</code>],
    ['Endpoint', endpoint === null ? 'The provider’s own' : <code key="endpoint">{endpoint}</code>],
    ['Folders', <code key="folders">{`${inputPrefix} → ${outputPrefix}`}</code>],
    ['Tenant id', <Copyable key="tenant" text={tenantId} what="Tenant id" />],
    ['Integration id', <Copyable key="id" text={integrationId} what="Integration id" />],
  ];
  return (
    <dl className="mb-8 grid gap-x-6 gap-y-2 rounded-lg border border-line bg-surface px-5 py-4 shadow-card sm:grid-cols-[9rem_minmax(0,1fr)]">
      {facts.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-soft">{label}</dt>
          <dd className="breakable min-w-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
};

/** One integration, for support: what may be seen at once, and more when its tenant is opened. */
const AdminIntegrationPage = () => {
  const params: { tenantId?: string; integrationId?: string } = useParams({ strict: false });
  const { tenantId = '', integrationId = '' } = params;
  const found = useInfiniteQuery(findIntegrations({ tenantId }));
  const gone = useInfiniteQuery({
    ...findIntegrations({ tenantId, status: 'deleted' }),
    enabled: found.data !== undefined,
  });
  const integration = [...(found.data?.pages ?? []), ...(gone.data?.pages ?? [])]
    .flatMap(({ items }) => items)
    .find((one) => one.integrationId === integrationId);
  const error = found.error ?? gone.error;
  if (integration !== undefined) {
    return (
      <>
        <p className="mb-3">
          <Link
            to={paths.admin}
            className="inline-flex items-center gap-1.5 rounded-sm text-accent underline"
          >
            <ArrowLeft aria-hidden size={16} />
            Find another
          </Link>
        </p>
        <PageHeader title={integration.name}>{integration.tenantName}</PageHeader>
        <Facts integration={integration} />
        <Tabs
          label="What to look at"
          tabs={[
            { id: 'inside', label: 'What its tenant sees', content: <Inside integration={integration} /> },
            { id: 'log', label: 'Log', content: <LogLines integrationId={integrationId} /> },
          ]}
        />
      </>
    );
  }
  if (error !== null) return <ErrorNotice error={error} onRetry={() => void found.refetch()} />;
  if (found.data !== undefined && gone.data !== undefined) return <NotFoundPage />;
  return (
    <Loading what="the integration">
      <Skeleton className="h-9 w-56" />
      <Skeleton className="mt-8 h-72 w-full" />
    </Loading>
  );
};

export default AdminIntegrationPage;
