import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../app/api.ts';
import { Copyable } from '../../../ui/actions/copyable.tsx';
import { CodeBlock } from '../../../ui/data/code-block.tsx';
import { Tabs } from '../../../ui/data/tabs.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Prose } from '../../../ui/states/prose.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Card } from '../card.tsx';
import { at, useIntegration } from '../queries.ts';

/** What to set up where the events come from. */
export const Setup = () => {
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
