import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChartColumn, Search, SearchX } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import type { components } from '../../app/api.ts';
import { paths } from '../../app/paths.ts';
import { PageHeader } from '../../app/shell/page-header.tsx';
import { formatBytes, formatCount, formatDay, formatMicros } from '../../format/format.ts';
import { Button } from '../../ui/actions/button.tsx';
import { type Column, Table } from '../../ui/data/table.tsx';
import { Field, Input } from '../../ui/forms/field.tsx';
import { Select } from '../../ui/forms/select.tsx';
import { Empty } from '../../ui/states/empty.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { MIN_SEARCH, usageOfAll } from './queries.ts';

type Row = components['schemas']['SupportUsagePage']['items'][number];

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, n) => total + n, 0);
const count = (id: string, header: string, of: (totals: Row['totals']) => number): Column<Row> => ({
  id,
  header,
  isNumeric: true,
  cell: ({ totals }) => formatCount(of(totals)),
});

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'integration',
    header: 'Integration',
    cell: ({ tenantId, integrationId, name, tenantName }) => (
      <>
        <Link
          to={paths.adminIntegration(tenantId, integrationId)}
          className="font-semibold text-accent underline"
        >
          {name}
        </Link>
        <span className="block text-xs text-soft">{tenantName}</span>
      </>
    ),
  },
  count('found', 'Found', ({ found }) => found),
  count('written', 'Written back', ({ writtenBack }) => writtenBack),
  count('failed', 'Failed', ({ failed }) => sum(failed)),
  count('refused', 'Events refused', ({ eventsRefused }) => sum(eventsRefused)),
  {
    id: 'bytes',
    header: 'Processed',
    isNumeric: true,
    cell: ({ totals }) => formatBytes(totals.bytesProcessed),
  },
  { id: 'cost', header: 'Charged', isNumeric: true, cell: ({ totals }) => formatMicros(totals.costMicros) },
];

const DAYS = [1, 7, 30] as const;

/** What every integration did. */
const AdminUsagePage = () => {
  const [days, setDays] = useState<number>(7);
  const [search, setSearch] = useState('');
  const [isTooShort, setTooShort] = useState(false);
  const usage = useInfiniteQuery(usageOfAll(days, search));
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const entered = new FormData(event.currentTarget).get('search');
    const text = typeof entered === 'string' ? entered.trim() : '';
    const isShort = text !== '' && text.length < MIN_SEARCH;
    setTooShort(isShort);
    if (!isShort) setSearch(text);
  };
  const rows = usage.data?.pages.flatMap(({ items }) => items);
  const first = usage.data?.pages[0];
  return (
    <>
      <PageHeader title="Usage of all tenants">
        Each tenant that is shown finds that in their audit.
        {first !== undefined && ` ${formatDay(first.from)} to ${formatDay(first.to)}, UTC.`}
      </PageHeader>
      <form onSubmit={submit} className="mb-5 grid items-end gap-4 sm:grid-cols-[1fr_12rem_auto]">
        <Field
          label="Tenant or integration"
          hint="A part of its name, or its whole id. Empty: all."
          error={isTooShort ? 'Give at least two characters of a name, or a whole id.' : undefined}
        >
          {(control) => <Input {...control} required={false} name="search" />}
        </Field>
        <Field label="Days">
          {(control) => (
            <Select
              {...control}
              required={false}
              value={days}
              onChange={({ target }) => setDays(Number(target.value))}
            >
              {DAYS.map((one) => (
                <option key={one} value={one}>
                  {one === 1 ? 'Today' : `The last ${one}`}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <div>
          <Button type="submit" variant="primary" isBusy={usage.isLoading}>
            <Search aria-hidden size={17} />
            Find
          </Button>
        </div>
      </form>
      {usage.error !== null && (
        <ErrorNotice error={usage.error} onRetry={() => void usage.refetch()} isBusy={usage.isFetching} />
      )}
      {rows === undefined ? (
        usage.error === null && (
          <Loading what="the usage">
            <Skeleton className="h-64 w-full" />
          </Loading>
        )
      ) : rows.length === 0 && search !== '' ? (
        <Empty icon={SearchX} title="No integration is called so">
          Look for a part of its name or its tenant’s, or for the whole id of either.
        </Empty>
      ) : rows.length === 0 ? (
        <Empty icon={ChartColumn} title="No integration yet">
          Usage is counted from an integration’s first listing on.
        </Empty>
      ) : (
        <Table
          caption="Usage by integration"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ integrationId }) => integrationId}
        />
      )}
      {usage.hasNextPage && (
        <div className="mt-4 text-center">
          <Button onClick={() => void usage.fetchNextPage()} isBusy={usage.isFetchingNextPage}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
};

export default AdminUsagePage;
