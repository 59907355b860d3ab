import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../app/api.ts';
import { mayEdit, useTenant } from '../../../app/tenants.ts';
import { formatCount } from '../../../format/format.ts';
import { Time } from '../../../format/time.tsx';
import { Button } from '../../../ui/actions/button.tsx';
import { Copyable } from '../../../ui/actions/copyable.tsx';
import { CodeBlock } from '../../../ui/data/code-block.tsx';
import { Tabs } from '../../../ui/data/tabs.tsx';
import { toast } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice, TroubleNotice } from '../../../ui/states/error-notice.tsx';
import { Prose } from '../../../ui/states/prose.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Card, Fact, Facts } from '../card.tsx';
import { at, useChange, useIntegration } from '../queries.ts';
import { EventSecret } from './event-secret.tsx';

const REFRESH_MS = 5_000;

/** Whether events come, how many were missed, and what was refused and why. */
const Health = ({ isEditor }: { readonly isEditor: boolean }) => {
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
          {data.refused.map(({ code, events, title, owner, remedy }) => (
            <TroubleNotice
              key={code}
              tone="warn"
              trouble={{ title: `${formatCount(events)} refused: ${title}`, owner, remedy }}
            />
          ))}
        </div>
      )}
    </Card>
  );
};

/** What to set up where the events come from. */
const Setup = () => {
  const { id } = useIntegration();
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['integration', id, 'event-setup'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/integrations/s3/{id}/setup/events', { ...at(id), signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Card
      title="Set it up at your provider"
      about="Made for this bucket and folder. It holds no secret: you enter it there."
    >
      {data === undefined ? (
        error === null ? (
          <Loading what="the setup">
            <Skeleton className="h-72 w-full" />
          </Loading>
        ) : (
          <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
        )
      ) : (
        <div className="grid grid-cols-1 gap-4">
          <div>
            <p className="text-xs text-soft">Events are sent to</p>
            <Copyable text={data.eventsUrl} what="Address for events" />
          </div>
          {data.artefacts.length > 0 && (
            <Tabs
              label="Ways to set it up"
              tabs={data.artefacts.map(({ title, fileName, content }, index) => ({
                // Part of an id in the page: no spaces.
                id: `way-${index}`,
                label: title,
                content: <CodeBlock title={fileName ?? title} code={content} />,
              }))}
            />
          )}
          <ul className="grid list-disc gap-1 pl-5 text-soft">
            {data.notes.map((note) => (
              <li key={note} className="breakable">
                <Prose text={note} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
};

const EventsPage = () => {
  const isEditor = mayEdit(useTenant());
  return (
    <div className="grid grid-cols-1 gap-5">
      <Health isEditor={isEditor} />
      {isEditor && <EventSecret mayEdit={isEditor} />}
      <Setup />
    </div>
  );
};

export default EventsPage;
