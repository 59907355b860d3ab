import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { formatBytes, formatCount, formatMicros } from '../../../format/format.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { Dialog } from '../../../ui/overlays/dialog.tsx';
import { toast } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Fact } from '../card.tsx';
import { useIntegrationId } from '../queries.ts';
import type { ReplayFilter } from './filters.ts';
import { beginReplay, previewReplay, type ReplayPreview } from './object-queries.ts';

const objectsOf = (count: number): string => `${formatCount(count)} ${count === 1 ? 'object' : 'objects'}`;

const Quote = ({ objects, bytes, quote, superseded, leftAlone, previewToken }: ReplayPreview) => {
  if (objects === 0) return <p>Nothing that can be processed again fits.</p>;
  return (
    <div className="grid gap-4">
      <dl className="grid grid-cols-2 gap-x-5 gap-y-3">
        <Fact name="To be processed again" note={formatBytes(bytes)}>
          {objectsOf(objects)}
        </Fact>
        <Fact
          name={quote.isExact ? 'What it costs' : 'What it costs, estimated'}
          note={`${formatCount(quote.knownPages + quote.estimatedPages)} pages at ${formatMicros(quote.microsPerPage)}`}
        >
          {formatMicros(quote.amountMicros)}
        </Fact>
      </dl>
      <ul className="grid list-disc gap-1 pl-5 text-soft">
        <li>Documents that fail again are not charged.</li>
        <li>Results that are there already are replaced.</li>
        {superseded > 0 && <li>{objectsOf(superseded)} left out: a newer version took the place.</li>}
        {leftAlone > 0 && <li>{objectsOf(leftAlone)} left out: nothing would change.</li>}
      </ul>
      {previewToken === null && (
        <p className="font-semibold">These are too many at once. Narrow it down, by folder or by time.</p>
      )}
    </div>
  );
};

interface ReplayDialogProps {
  readonly filter: ReplayFilter;
  /** What is chosen, in words. */
  readonly what: string;
  readonly onClose: () => void;
}

/** Processing again: what would be taken up and what it costs, before it begins. */
export const ReplayDialog = ({ filter, what, onClose }: ReplayDialogProps) => {
  const id = useIntegrationId();
  const client = useQueryClient();
  const preview = useQuery({
    queryKey: ['integration', id, 'replay-preview', filter],
    queryFn: () => previewReplay(id, filter),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const begin = useMutation({
    mutationFn: (token: string) => beginReplay(id, filter, token),
    onSuccess: () => {
      toast('Processing again has begun.');
      void client.invalidateQueries({ queryKey: ['integration', id] });
      onClose();
    },
    // What it chooses has changed since: the figures are shown anew.
    onError: () => void preview.refetch(),
  });
  const { data } = preview;
  const token = data === undefined || data.objects === 0 ? null : data.previewToken;
  return (
    <Dialog
      title="Process again"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{token === null ? 'Close' : 'Cancel'}</Button>
          {token !== null && (
            <Button variant="primary" isBusy={begin.isPending} onClick={() => begin.mutate(token)}>
              Begin
            </Button>
          )}
        </>
      }
    >
      <p className="breakable mb-4 text-soft">{what}</p>
      {begin.error !== null && (
        <div className="mb-4">
          <ErrorNotice error={begin.error} />
        </div>
      )}
      {data !== undefined ? (
        <Quote {...data} />
      ) : preview.error === null ? (
        <Loading what="what it would cost">
          <Skeleton className="h-32 w-full" />
        </Loading>
      ) : (
        <ErrorNotice
          error={preview.error}
          onRetry={() => void preview.refetch()}
          isBusy={preview.isFetching}
        />
      )}
    </Dialog>
  );
};
