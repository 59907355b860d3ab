import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../app/api.ts';
import { formatCount } from '../../../format/format.ts';
import { Time } from '../../../format/time.tsx';
import { Button } from '../../../ui/actions/button.tsx';
import { toast } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice, TroubleNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Card, Fact, Facts } from '../card.tsx';
import { at, useChange, useIntegration } from '../queries.ts';

const REFRESH_MS = 5_000;

/** Whether events come, how many were missed, and what was refused and why. */
export const Health = ({ isEditor }: { readonly isEditor: boolean }) => {
  const integration = useIntegration();
  const { id, detectionMode } = integration;
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['integration', id, 'events'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/integrations/s3/{id}/events', { ...at(id), signal })),
    refetchInterval: REFRESH_MS,
  });
  const isEvents = detectionMode === 'event';
  const change = useChange(integration, () =>
    toast(isEvents ? 'Documents are found by listing again.' : 'Events are listened to.'),
  );
  return (
    <Card
      title={isEvents ? 'Events are listened to' : 'Events are not in use'}
      about={
        isEvents
          ? 'The bucket is still listed now and then: what no event told of is found all the same.'
          : 'Documents are found by listing, every few minutes. With events they start within seconds.'
      }
      action={
        isEditor && (
          <Button
            variant={isEvents ? 'secondary' : 'primary'}
            isBusy={change.isPending}
            onClick={() => change.mutate({ detectionMode: isEvents ? 'poll' : 'event' })}
          >
            {isEvents ? 'Go back to listing' : 'Listen to events'}
          </Button>
        )
      }
    >
      {change.error !== null && (
        <div className="mb-4">
          <ErrorNotice error={change.error} />
        </div>
      )}
      {data === undefined ? (
        error === null ? (
          <Loading what="how events do">
            <Skeleton className="h-12 w-full" />
          </Loading>
        ) : (
          <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
        )
      ) : (
        <div className="grid grid-cols-1 gap-4">
          <Facts>
            <Fact name="Last event">
              {data.lastReceivedAt === null ? 'None yet' : <Time at={data.lastReceivedAt} />}
            </Fact>
            <Fact name="Found by events" note="in 30 days">
              {formatCount(data.found['event'] ?? 0)}
            </Fact>
            <Fact name="Missed" note="found by listing alone">
              {formatCount(data.missed)}
            </Fact>
          </Facts>
          {data.refused.map(({ code, sentence, owner, remedy }) => (
            <TroubleNotice key={code} tone="warn" trouble={{ title: sentence, owner, remedy }} />
          ))}
        </div>
      )}
    </Card>
  );
};
