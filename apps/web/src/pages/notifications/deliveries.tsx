import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, once, unwrap } from '../../app/api.ts';
import { Time } from '../../format/time.tsx';
import { Button } from '../../ui/actions/button.tsx';
import { Badge, type Tone } from '../../ui/data/badge.tsx';
import { toast } from '../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { type Delivery, deliveriesQuery, eventWords } from './targets.ts';

const STATES: Readonly<Record<Delivery['state'], { tone: Tone; label: string }>> = {
  pending: { tone: 'info', label: 'On its way' },
  delivered: { tone: 'good', label: 'Taken' },
  failed: { tone: 'bad', label: 'Given up' },
};

const answerOf = ({ statusCode, errorCode }: Delivery): string | null => {
  if (statusCode !== null) return `Your server answered ${statusCode}.`;
  return errorCode === null ? null : `No answer: ${errorCode.replaceAll('_', ' ')}.`;
};

const SendAgain = ({ delivery, mayEdit }: { readonly delivery: Delivery; readonly mayEdit: boolean }) => {
  const client = useQueryClient();
  const { id: deliveryId, targetId: id, eventType, state } = delivery;
  const again = useMutation({
    mutationFn: async () => {
      await unwrap(
        api.POST('/api/notification-targets/{id}/deliveries/{deliveryId}/replay', {
          params: { path: { id, deliveryId } },
          ...once,
        }),
      );
    },
    onSuccess: () => toast('It is sent again.'),
    onSettled: () => client.invalidateQueries({ queryKey: ['notification-target', id] }),
  });
  if (!mayEdit || state === 'pending') return null;
  return (
    <>
      <Button
        size="small"
        isBusy={again.isPending}
        onClick={() => again.mutate()}
        aria-label={`Send again: ${eventWords(eventType)}`}
      >
        Send again
      </Button>
      {again.error !== null && <ErrorNotice error={again.error} />}
    </>
  );
};

/** What was sent last, and how it was taken. */
export const Deliveries = ({
  targetId,
  mayEdit,
}: {
  readonly targetId: string;
  readonly mayEdit: boolean;
}) => {
  const { data, error, refetch, isFetching } = useQuery(deliveriesQuery(targetId));
  if (data === undefined) {
    return error === null ? (
      <Loading what="what was sent">
        <Skeleton className="h-24 w-full" />
      </Loading>
    ) : (
      <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
    );
  }
  if (data.length === 0) return <p className="text-soft">Nothing was sent yet.</p>;
  return (
    <ul aria-label="Sent last" className="divide-y divide-line rounded-md border border-line">
      {data.map((delivery) => (
        <li
          key={delivery.id}
          className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-3 py-2"
        >
          <span className="min-w-0">
            <span className="font-semibold">{eventWords(delivery.eventType)}</span>
            <span className="block text-xs text-soft">
              <Time at={delivery.createdAt} style="instant" />
              {delivery.attempts > 1 && ` · ${delivery.attempts} attempts`}
              {answerOf(delivery) !== null && ` · ${answerOf(delivery)}`}
            </span>
          </span>
          <span className="flex flex-wrap items-center gap-2">
            <Badge tone={STATES[delivery.state].tone}>{STATES[delivery.state].label}</Badge>
            <SendAgain delivery={delivery} mayEdit={mayEdit} />
          </span>
        </li>
      ))}
    </ul>
  );
};
