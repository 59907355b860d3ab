import { useQuery } from '@tanstack/react-query';
import { formatBytes, formatCount, formatDay, formatMicros } from '../../../format/format.ts';
import { Table } from '../../../ui/data/table.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Card, Fact, Facts } from '../card.tsx';
import { type UsageSummary, usageQuery, useIntegrationId } from '../queries.ts';

const callsOf = ({ list, get, head, put, delete: deleted }: UsageSummary['totals']['calls']): number =>
  list + get + head + put + deleted;

const isBusy = ({ processed, pages, calls, costMicros }: UsageSummary['days'][number]): boolean =>
  processed + pages + callsOf(calls) + costMicros > 0;

const Usage = ({ totals, days, from, to }: UsageSummary) => {
  const busy = days.filter(isBusy).toSorted((a, b) => b.day.localeCompare(a.day));
  return (
    <div className="grid grid-cols-1 gap-5">
      <Card title="The last 30 days" about={`${formatDay(from)} to ${formatDay(to)}, in days of UTC.`}>
        <Facts>
          <Fact name="Charged">{formatMicros(totals.costMicros)}</Fact>
          <Fact name="Documents processed" note={formatBytes(totals.bytesProcessed)}>
            {formatCount(totals.processed)}
          </Fact>
          <Fact name="Pages">{formatCount(totals.pages)}</Fact>
          <Fact name="Found" note={formatBytes(totals.bytesFound)}>
            {formatCount(totals.found)}
          </Fact>
        </Facts>
      </Card>
      <Card
        title="Requests on your storage account"
        about="Your provider may charge for them. Repetitions are counted."
      >
        <Facts>
          <Fact name="List">{formatCount(totals.calls.list)}</Fact>
          <Fact name="Get and head">{formatCount(totals.calls.get + totals.calls.head)}</Fact>
          <Fact name="Put and delete">{formatCount(totals.calls.put + totals.calls.delete)}</Fact>
          <Fact name="Refused or not answered">{formatCount(totals.calls.failed)}</Fact>
        </Facts>
      </Card>
      <section className="grid grid-cols-1 gap-3">
        <h2 className="text-lg font-semibold">Day by day</h2>
        {busy.length === 0 ? (
          <p className="text-soft">Nothing has happened yet.</p>
        ) : (
          <>
            <p className="text-soft">Days on which nothing happened are left out.</p>
            <Table
              caption="Usage by day, newest first"
              rows={busy}
              rowKey={({ day }) => day}
              columns={[
                { id: 'day', header: 'Day', cell: ({ day }) => formatDay(day) },
                {
                  id: 'processed',
                  header: 'Processed',
                  isNumeric: true,
                  cell: (day) => formatCount(day.processed),
                },
                { id: 'pages', header: 'Pages', isNumeric: true, cell: ({ pages }) => formatCount(pages) },
                {
                  id: 'calls',
                  header: 'Requests',
                  isNumeric: true,
                  cell: ({ calls }) => formatCount(callsOf(calls)),
                },
                {
                  id: 'cost',
                  header: 'Charged',
                  isNumeric: true,
                  cell: (day) => formatMicros(day.costMicros),
                },
              ]}
            />
          </>
        )}
      </section>
    </div>
  );
};

/** What was processed, and what it cost. */
const UsagePage = () => {
  const { data, error, refetch, isFetching } = useQuery(usageQuery(useIntegrationId()));
  if (data !== undefined) return <Usage {...data} />;
  return error === null ? (
    <Loading what="the usage">
      <Skeleton className="h-72 w-full" />
    </Loading>
  ) : (
    <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
  );
};

export default UsagePage;
