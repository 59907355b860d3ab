import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatCount, formatDay } from '../../../format/format.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { cx } from '../../../ui/class-names.ts';
import { Table } from '../../../ui/data/table.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Card } from '../card.tsx';
import { type UsageSummary, usageQuery, useIntegrationId } from '../queries.ts';
import { type DayOfActivity, daysOf, SERIES } from './activity.ts';
import { ActivityChart } from './activity-chart.tsx';
import { Latency } from './latency.tsx';

const Legend = () => (
  <ul className="mt-3 flex flex-wrap gap-x-5 gap-y-1 text-xs text-soft">
    {SERIES.map(({ id, label, dot }) => (
      <li key={id} className="flex items-center gap-2">
        <span aria-hidden className={cx('size-2.5 rounded-full', dot)} />
        {label}
      </li>
    ))}
  </ul>
);

const AsTable = ({ days }: { readonly days: readonly DayOfActivity[] }) => (
  <Table
    caption="Activity of the last 30 days, newest first"
    rows={days.toReversed()}
    rowKey={({ day }) => day}
    columns={[
      { id: 'day', header: 'Day', cell: ({ day }) => formatDay(day) },
      { id: 'found', header: 'Found', isNumeric: true, cell: ({ found }) => formatCount(found) },
      ...SERIES.map(({ id, label }) => ({
        id,
        header: label,
        isNumeric: true,
        cell: (day: DayOfActivity) => formatCount(day[id]),
      })),
    ]}
  />
);

const Activity = ({ usage }: { readonly usage: UsageSummary }) => {
  const [isTable, setTable] = useState(false);
  const days = daysOf(usage);
  const isQuiet = days.every(
    ({ found, writtenBack, skipped, failed }) => found + writtenBack + skipped + failed === 0,
  );
  return (
    <Card
      title="The last 30 days"
      about="What came of documents on each day, in days of UTC."
      action={
        !isQuiet && (
          <Button size="small" onClick={() => setTable(!isTable)}>
            {isTable ? 'Show as chart' : 'Show as table'}
          </Button>
        )
      }
    >
      {isQuiet ? (
        <p className="rounded-md bg-sunken px-4 py-8 text-center text-soft">
          Nothing has happened yet. Put a PDF into the folder, and it shows here within minutes.
        </p>
      ) : isTable ? (
        <AsTable days={days} />
      ) : (
        <>
          <ActivityChart days={days} />
          <Legend />
        </>
      )}
      <Latency {...usage.totals} />
    </Card>
  );
};

/** What happened day by day, as a chart or as a table, and how long it took. */
export const ActivityCard = () => {
  const { data: usage, error, refetch, isFetching } = useQuery(usageQuery(useIntegrationId()));
  if (usage !== undefined) return <Activity usage={usage} />;
  return (
    <Card title="The last 30 days" about="What came of documents on each day, in days of UTC.">
      {error === null ? (
        <Loading what="the activity">
          <Skeleton className="h-64 w-full" />
        </Loading>
      ) : (
        <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
      )}
    </Card>
  );
};
