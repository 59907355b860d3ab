import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Cable, Plus } from 'lucide-react';
import { paths } from '../../app/paths.ts';
import { PageHeader } from '../../app/shell/page-header.tsx';
import { mayEdit, type Tenant, useTenant } from '../../app/tenants.ts';
import { formatCount } from '../../format/format.ts';
import { Button, buttonClass } from '../../ui/actions/button.tsx';
import { Empty } from '../../ui/states/empty.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading } from '../../ui/states/skeleton.tsx';
import { type Integration, integrationsQuery, standingOf } from './integration.ts';
import { IntegrationRow, IntegrationRowSkeleton } from './integration-row.tsx';

const listClass = 'divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface shadow-card';

/** "4 integrations: 3 at work, 1 needs you". */
const Summary = ({ integrations, isAll }: { integrations: readonly Integration[]; isAll: boolean }) => {
  const tones = integrations.map((one) => standingOf(one).tone);
  const count = (wanted: string) => tones.filter((tone) => tone === wanted).length;
  const parts = [
    [count('good'), 'at work'],
    [count('bad'), count('bad') === 1 ? 'needs you' : 'need you'],
    [count('warn'), 'to look at'],
    [count('info') + count('idle'), 'not running'],
  ] as const;
  return (
    <p className="numeric mb-3 text-soft">
      {formatCount(integrations.length)}
      {isAll ? '' : '+'} {integrations.length === 1 ? 'integration' : 'integrations'}
      {': '}
      {parts
        .filter(([n]) => n > 0)
        .map(([n, words]) => `${formatCount(n)} ${words}`)
        .join(', ')}
    </p>
  );
};

const ConnectLink = ({ tenant }: { readonly tenant: Tenant }) =>
  mayEdit(tenant) && (
    <Link to={paths.connect(tenant.id)} className={buttonClass('primary')}>
      <Plus aria-hidden size={18} />
      Connect a bucket
    </Link>
  );

const ListPage = () => {
  const tenant = useTenant();
  const list = useInfiniteQuery(integrationsQuery(tenant.id));
  const integrations = list.data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <PageHeader
        title="Integrations"
        action={integrations !== undefined && integrations.length > 0 && <ConnectLink tenant={tenant} />}
      >
        Buckets that are watched. New documents in them are processed, and the results written back beside
        them.
      </PageHeader>
      {list.error !== null && (
        <div className="mb-5">
          <ErrorNotice error={list.error} onRetry={() => void list.refetch()} isBusy={list.isFetching} />
        </div>
      )}
      {integrations === undefined ? (
        list.error === null && (
          <Loading what="the integrations">
            <p className="mb-3">&nbsp;</p>
            <ul className={listClass}>
              <IntegrationRowSkeleton />
              <IntegrationRowSkeleton />
              <IntegrationRowSkeleton />
            </ul>
          </Loading>
        )
      ) : integrations.length === 0 ? (
        <Empty icon={Cable} title="No bucket is connected yet" action={<ConnectLink tenant={tenant} />}>
          Connect one on AWS, Cloudflare R2, Backblaze B2 or any server that speaks S3. It takes a few
          minutes, and nothing is processed before you say so.
        </Empty>
      ) : (
        <>
          <Summary integrations={integrations} isAll={!list.hasNextPage} />
          <ul aria-label="Integrations" className={listClass}>
            {integrations.map((one) => (
              <IntegrationRow key={one.id} integration={one} />
            ))}
          </ul>
          {list.hasNextPage && (
            <div className="mt-4 text-center">
              <Button onClick={() => void list.fetchNextPage()} isBusy={list.isFetchingNextPage}>
                Show more
              </Button>
            </div>
          )}
        </>
      )}
    </>
  );
};

export default ListPage;
