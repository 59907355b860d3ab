import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Search, SearchX } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { paths } from '../../app/paths.ts';
import { PageHeader } from '../../app/shell/page-header.tsx';
import { Time } from '../../format/time.tsx';
import { Button } from '../../ui/actions/button.tsx';
import { type Column, Table } from '../../ui/data/table.tsx';
import { Field, Input } from '../../ui/forms/field.tsx';
import { Select } from '../../ui/forms/select.tsx';
import { Empty } from '../../ui/states/empty.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { type Finding, findIntegrations, MIN_SEARCH, STATUSES, type SupportIntegration } from './queries.ts';
import { ErrorCode, SupportStanding } from './standing.tsx';

/** What the address asks for; null before anything is asked. */
const findingOf = (search: Readonly<Record<string, unknown>>): Finding | null => {
  if (search['find'] !== 'yes') return null;
  const { search: text, bucket, failing } = search;
  const status = STATUSES.find((one) => one === search['status']);
  return {
    ...(typeof text === 'string' && text.length >= MIN_SEARCH ? { search: text } : {}),
    ...(typeof bucket === 'string' && bucket !== '' ? { bucket } : {}),
    ...(status === undefined ? {} : { status }),
    ...(failing === 'true' || failing === 'false' ? { failing } : {}),
  };
};

const COLUMNS: readonly Column<SupportIntegration>[] = [
  {
    id: 'integration',
    header: 'Integration',
    cell: ({ tenantId, integrationId, name, bucket }) => (
      <>
        <Link
          to={paths.adminIntegration(tenantId, integrationId)}
          className="font-semibold text-accent underline"
        >
          {name}
        </Link>
        <code className="block text-xs text-soft">{bucket}</code>
      </>
    ),
  },
  { id: 'tenant', header: 'Tenant', cell: ({ tenantName }) => tenantName },
  {
    id: 'standing',
    header: 'State',
    cell: (integration) => <SupportStanding integration={integration} />,
  },
  {
    id: 'polled',
    header: 'Last listed',
    cell: ({ lastPolledAt }) => (lastPolledAt === null ? 'Never' : <Time at={lastPolledAt} />),
  },
  {
    id: 'error',
    header: 'Last error',
    cell: ({ lastErrorCode }) => (lastErrorCode === null ? 'None' : <ErrorCode code={lastErrorCode} />),
  },
];

const Results = ({ finding }: { readonly finding: Finding }) => {
  const found = useInfiniteQuery(findIntegrations(finding));
  const rows = found.data?.pages.flatMap(({ items }) => items);
  if (rows === undefined) {
    return found.error === null ? (
      <Loading what="integrations">
        <Skeleton className="h-48 w-full" />
      </Loading>
    ) : (
      <ErrorNotice error={found.error} onRetry={() => void found.refetch()} isBusy={found.isFetching} />
    );
  }
  if (rows.length === 0) {
    return (
      <Empty icon={SearchX} title="No integration is like this">
        Bucket names must match whole. Deleted integrations are shown only when asked for.
      </Empty>
    );
  }
  return (
    <>
      <Table
        caption="Integrations"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ integrationId }) => integrationId}
      />
      {found.hasNextPage && (
        <div className="mt-4 text-center">
          <Button onClick={() => void found.fetchNextPage()} isBusy={found.isFetchingNextPage}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
};

const FindPage = () => {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const [searchError, setSearchError] = useState<string>();
  const finding = findingOf(search);
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const entries = [...new FormData(event.currentTarget)].flatMap(([name, value]) =>
      typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()] as const] : [],
    );
    const text = entries.find(([name]) => name === 'search')?.[1];
    if (text !== undefined && text.length < MIN_SEARCH) {
      setSearchError('Give at least two characters of a name, or a whole id.');
      return;
    }
    setSearchError(undefined);
    void navigate({ to: '.', search: { find: 'yes', ...Object.fromEntries(entries) } });
  };
  return (
    <>
      <PageHeader title="Find an integration">
        Of any tenant. Each tenant whose integrations are shown finds that in their audit.
      </PageHeader>
      <form onSubmit={onSubmit} noValidate className="mb-6 grid items-start gap-4 sm:grid-cols-2">
        <Field label="Tenant or integration" hint="A part of its name, or its whole id." error={searchError}>
          {(control) => <Input {...control} required={false} name="search" defaultValue={finding?.search} />}
        </Field>
        <Field label="Bucket" hint="Its whole name.">
          {(control) => <Input {...control} required={false} name="bucket" defaultValue={finding?.bucket} />}
        </Field>
        <Field label="State">
          {(control) => (
            <Select {...control} required={false} name="status" defaultValue={finding?.status}>
              <option value="">All but deleted</option>
              {STATUSES.map((one) => (
                <option key={one} value={one}>
                  {one.charAt(0).toUpperCase() + one.slice(1)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Trouble">
          {(control) => (
            <Select {...control} required={false} name="failing" defaultValue={finding?.failing}>
              <option value="">With and without</option>
              <option value="true">Failing, or objects held up</option>
              <option value="false">None</option>
            </Select>
          )}
        </Field>
        <div>
          <Button type="submit" variant="primary">
            <Search aria-hidden size={17} />
            Find
          </Button>
        </div>
      </form>
      {finding === null ? (
        <Empty icon={Search} title="Nothing is looked for yet">
          Look for a tenant or an integration by name or id, or for a bucket by its name.
        </Empty>
      ) : (
        <Results finding={finding} />
      )}
    </>
  );
};

export default FindPage;
