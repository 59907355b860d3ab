import { useMutation, useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { api, unwrap } from '../../../app/api.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { CodeBlock } from '../../../ui/data/code-block.tsx';
import { Tabs } from '../../../ui/data/tabs.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Card } from '../card.tsx';
import { useIntegrationId } from '../queries.ts';

/** Hands a file to the browser, as if its link had been followed. */
const save = (file: Blob, name: string): void => {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
};

/** The Worker for the customer's own account: as an archive, as files, with the commands. */
export const R2Receiver = () => {
  const id = useIntegrationId();
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['integration', id, 'r2-receiver'],
    queryFn: async ({ signal }) => {
      const receiver = await unwrap(
        api.GET('/api/integrations/s3/{id}/setup/r2-receiver', {
          params: { path: { id }, query: { format: 'json' } },
          signal,
        }),
      );
      if (typeof receiver === 'string') throw new Error('Asked for JSON, and got an archive.');
      return receiver;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const download = useMutation({
    mutationFn: async (name: string) => {
      const archive = await unwrap(
        api.GET('/api/integrations/s3/{id}/setup/r2-receiver', {
          params: { path: { id }, query: { format: 'zip' } },
          parseAs: 'blob',
        }),
      );
      save(archive, `${name}.zip`);
    },
  });
  return (
    <Card
      title="Or set it up yourself"
      about="R2 puts its notifications into a queue of your account. This Worker takes them from there, signs them and sends them to us. It holds no secret."
      action={
        data !== undefined && (
          <Button isBusy={download.isPending} onClick={() => download.mutate(data.names.worker)}>
            <Download aria-hidden size={17} />
            Download it (zip)
          </Button>
        )
      }
    >
      {data === undefined ? (
        error === null ? (
          <Loading what="the receiver">
            <Skeleton className="h-72 w-full" />
          </Loading>
        ) : (
          <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
        )
      ) : (
        <div className="grid grid-cols-1 gap-6">
          {download.error !== null && <ErrorNotice error={download.error} />}
          <section aria-labelledby="r2-commands" className="grid grid-cols-1 gap-3">
            <h3 id="r2-commands" className="font-semibold">
              In its folder, in this order
            </h3>
            <ol className="grid grid-cols-1 gap-3">
              {data.commands.map(({ title, lines }, index) => (
                <li key={title}>
                  <CodeBlock title={`${index + 1}. ${title}`} code={lines.join('\n')} />
                </li>
              ))}
            </ol>
          </section>
          <section aria-labelledby="r2-files" className="grid grid-cols-1 gap-3">
            <h3 id="r2-files" className="font-semibold">
              Its files
            </h3>
            <Tabs
              label="Files of the receiver"
              tabs={data.files.map(({ path, content }, index) => ({
                id: `file-${index}`,
                label: path,
                content: <CodeBlock title={path} code={content} />,
              }))}
            />
          </section>
          <details>
            <summary className="py-1 font-semibold">Remove it again</summary>
            <div className="mt-2">
              <CodeBlock title="Commands that take everything back" code={data.undo.join('\n')} />
            </div>
          </details>
        </div>
      )}
    </Card>
  );
};
