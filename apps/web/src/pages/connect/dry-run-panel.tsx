import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { formatBytes, formatCount, formatDuration, formatMicros } from '../../format/format.ts';
import { ErrorNotice, TroubleNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { type DryRun, dryRunQuery, startDryRun } from './draft.ts';

const Figure = ({
  label,
  value,
  note,
}: {
  readonly label: string;
  readonly value: string;
  readonly note?: string | undefined;
}) => (
  <div className="bg-surface p-4">
    <dt className="text-xs text-soft">{label}</dt>
    <dd className="numeric text-lg font-semibold">{value}</dd>
    {note !== undefined && <dd className="text-xs text-soft">{note}</dd>}
  </div>
);

const range = (low: string, high: string): string => (low === high ? low : `${low} – ${high}`);

const Figures = ({ result, complete, state }: DryRun) => {
  if (result === null) return null;
  const { wouldProcess, skipped, estimate, requests } = result;
  const skippedObjects = skipped.reduce((sum, { objects }) => sum + objects, 0);
  const atLeast = complete || state === 'running' ? '' : 'at least ';
  const polling = requests.pollingPerMonth.amountMicros;
  return (
    <dl className="grid gap-px overflow-hidden rounded-lg border border-line bg-line shadow-card sm:grid-cols-2 lg:grid-cols-4">
      <Figure
        label="To be processed"
        value={`${atLeast}${formatCount(wouldProcess.objects)}`}
        note={formatBytes(wouldProcess.bytes)}
      />
      <Figure
        label="Not processed"
        value={`${atLeast}${formatCount(skippedObjects)}`}
        note={skippedObjects === 0 ? 'Nothing is left out.' : 'Each is listed with its reason.'}
      />
      <Figure
        label="Costs of processing"
        value={range(formatMicros(estimate.amountMicros.low), formatMicros(estimate.amountMicros.high))}
        note={`${range(formatCount(estimate.pages.low), formatCount(estimate.pages.high))} pages`}
      />
      <Figure
        label="Time"
        value={
          wouldProcess.objects === 0
            ? 'none'
            : range(
                formatDuration(estimate.durationSeconds.low),
                formatDuration(estimate.durationSeconds.high),
              )
        }
        note={
          polling === null
            ? undefined
            : `Looking costs you ${range(formatMicros(polling.low), formatMicros(polling.high))} a month at your provider.`
        }
      />
    </dl>
  );
};

const Skipped = ({ result }: DryRun) => {
  const skipped = result?.skipped ?? [];
  if (skipped.length === 0) return null;
  return (
    <details className="mt-3 rounded-lg border border-line bg-surface px-4 py-3">
      <summary className="font-semibold">What would not be processed</summary>
      <ul className="mt-2 grid gap-2">
        {skipped.map(({ code, objects, sampleKeys }) => (
          <li key={code} className="breakable">
            <span className="numeric">{formatCount(objects)}</span> × <code>{code}</code>
            {sampleKeys.length > 0 && (
              <span className="block text-xs text-soft">such as {sampleKeys.slice(0, 3).join(', ')}</span>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
};

/** Counts what the integration would do, before it does anything. Begins by itself. */
export const DryRunPanel = ({ integrationId }: { readonly integrationId: string }) => {
  const client = useQueryClient();
  const begin = useMutation({
    mutationFn: () => startDryRun(integrationId),
    onSuccess: (dryRun) => client.setQueryData(dryRunQuery(integrationId, true).queryKey, dryRun),
  });
  const { mutate } = begin;
  const hasBegun = useRef(false);
  useEffect(() => {
    // Once: effects of development run twice.
    if (hasBegun.current) return;
    hasBegun.current = true;
    mutate();
  }, [mutate]);
  const { data: dryRun, error } = useQuery(dryRunQuery(integrationId, begin.isSuccess));
  const failure = begin.error ?? error;
  if (failure !== null) {
    return <ErrorNotice error={failure} onRetry={() => begin.mutate()} isBusy={begin.isPending} />;
  }
  if (dryRun === undefined) {
    return (
      <Loading what="the dry run">
        <Skeleton className="h-24 w-full" />
      </Loading>
    );
  }
  return (
    <>
      <p role="status" className="mb-3 text-soft">
        {dryRun.state === 'running'
          ? `Listing the folder: ${formatCount(dryRun.listedObjects)} objects so far …`
          : `${formatCount(dryRun.listedObjects)} objects listed${dryRun.complete ? '' : '; there are more'}. Nothing was changed.`}
      </p>
      {dryRun.error !== null && <TroubleNotice trouble={dryRun.error} tone="warn" />}
      <Figures {...dryRun} />
      <Skipped {...dryRun} />
    </>
  );
};
