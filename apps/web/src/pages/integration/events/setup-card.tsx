import { useQuery } from '@tanstack/react-query';
import { api, type components, unwrap } from '../../../app/api.ts';
import { Copyable } from '../../../ui/actions/copyable.tsx';
import { CodeBlock } from '../../../ui/data/code-block.tsx';
import { Tabs } from '../../../ui/data/tabs.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Prose } from '../../../ui/states/prose.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Card } from '../card.tsx';
import { at, useIntegration } from '../queries.ts';

type EventSetup = components['schemas']['S3EventSetup'];
type Artefact = EventSetup['artefacts'][number];

interface Way {
  readonly label: string;
  readonly parts: readonly Artefact[];
}

/** Titles of servers that are alike begin with which it is. */
const SERVER = /^(MinIO|Ceph): /;

/** What belongs together: one way to do it is enough. */
const waysOf = ({ provider, artefacts }: EventSetup): readonly Way[] => {
  if (provider === 'aws_role' || provider === 'aws_key') {
    const forBoth = artefacts.find(({ name }) => name === 'commands');
    const isTerraform = (part: Artefact) => part.name === 'terraform';
    return [
      { label: 'CloudFormation', parts: artefacts.filter((part) => !isTerraform(part)) },
      { label: 'Terraform', parts: artefacts.filter((part) => isTerraform(part) || part === forBoth) },
    ];
  }
  const ways = new Map<string, Artefact[]>();
  for (const part of artefacts) {
    const label = SERVER.exec(part.title)?.[1] ?? (part.name === 'commands' ? 'Command line' : 'By hand');
    ways.set(label, [...(ways.get(label) ?? []), part]);
  }
  return [...ways].map(([label, parts]) => ({ label, parts }));
};

const Part = ({ title, fileName, content }: Artefact) => {
  const words = title.replace(SERVER, '');
  const what = words.charAt(0).toUpperCase() + words.slice(1);
  return (
    <li className="grid grid-cols-1 gap-2">
      {fileName !== null && <p className="breakable">{what}</p>}
      <CodeBlock title={fileName ?? what} code={content} />
    </li>
  );
};

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
              tabs={waysOf(data).map(({ label, parts }) => ({
                id: label.replaceAll(' ', '-'),
                label,
                content: (
                  <ol className="grid grid-cols-1 gap-4">
                    {parts.map((part) => (
                      <Part key={part.title} {...part} />
                    ))}
                  </ol>
                ),
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
