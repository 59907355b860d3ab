import { useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import type { components } from '../../app/api.ts';
import { PageHeader } from '../../app/shell/page-header.tsx';
import { formatCount, formatShare } from '../../format/format.ts';
import { Time } from '../../format/time.tsx';
import { Badge, type Tone } from '../../ui/data/badge.tsx';
import { type Column, Table } from '../../ui/data/table.tsx';
import { Empty } from '../../ui/states/empty.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { resealsQuery } from './queries.ts';
import { ErrorCode } from './standing.tsx';

type Runs = components['schemas']['ResealList'];
type Run = Runs['items'][number];
type KeyUse = Runs['keys'][number];

const STATUS: Readonly<Record<Run['status'], readonly [Tone, string]>> = {
  running: ['info', 'Under way'],
  completed: ['good', 'Completed'],
  incomplete: ['bad', 'Incomplete'],
  superseded: ['idle', 'Superseded'],
};

const keyName = ({ keyId, kmsKeyVersion }: { keyId: string; kmsKeyVersion: number }): string =>
  `${keyId}, version ${kmsKeyVersion}`;

const KEYS: readonly Column<KeyUse>[] = [
  { id: 'key', header: 'Key', cell: (key) => <code>{keyName(key)}</code> },
  { id: 'rows', header: 'Secrets it wraps', isNumeric: true, cell: ({ rows }) => formatCount(rows) },
];

const Progress = ({ run }: { readonly run: Run }) => {
  const { totalRows, resealedRows, remainingRows, failedRows, heldUpBy } = run;
  return (
    <>
      {totalRows === 0
        ? 'Nothing to move'
        : `${formatCount(resealedRows)} of ${formatCount(totalRows)} (${formatShare(Math.min(1, resealedRows / totalRows))})`}
      {failedRows > 0 && `, ${formatCount(failedRows)} could not be opened`}
      {run.status === 'running' && `, ${formatCount(remainingRows)} left`}
      {heldUpBy !== null && (
        <>
          , held up: <ErrorCode code={heldUpBy} />
        </>
      )}
    </>
  );
};

const RUNS: readonly Column<Run>[] = [
  { id: 'begun', header: 'Begun', cell: ({ createdAt }) => <Time at={createdAt} style="instant" /> },
  {
    id: 'status',
    header: 'State',
    cell: ({ status }) => <Badge tone={STATUS[status][0]}>{STATUS[status][1]}</Badge>,
  },
  { id: 'progress', header: 'Secrets moved', cell: (run) => <Progress run={run} /> },
  { id: 'target', header: 'To key', cell: ({ target }) => <code>{keyName(target)}</code> },
];

/** Which keys wrap how many secrets, and how far the runs are that move them. */
const ResealsPage = () => {
  const { data, error, refetch, isFetching } = useQuery(resealsQuery);
  return (
    <>
      <PageHeader title="Keys and reseals">
        How many stored secrets each key-encryption key wraps now, and the runs that move them to another.
      </PageHeader>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />}
      {data === undefined ? (
        error === null && (
          <Loading what="the keys">
            <Skeleton className="h-64 w-full" />
          </Loading>
        )
      ) : (
        <div className="grid gap-8">
          <section className="grid gap-3">
            <h2 className="text-lg font-semibold">Keys in use</h2>
            {data.keys.length === 0 ? (
              <p className="text-soft">No secret is stored.</p>
            ) : (
              <Table caption="Keys in use" columns={KEYS} rows={data.keys} rowKey={keyName} />
            )}
          </section>
          <section className="grid gap-3">
            <h2 className="text-lg font-semibold">Reseals</h2>
            {data.items.length === 0 ? (
              <Empty icon={KeyRound} title="No reseal has been run">
                One is begun with <code>npm run reseal</code> after a new key was put in place.
              </Empty>
            ) : (
              <Table caption="Reseals" columns={RUNS} rows={data.items} rowKey={({ id }) => id} />
            )}
          </section>
        </div>
      )}
    </>
  );
};

export default ResealsPage;
