import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, once, unwrap } from '../../../app/api.ts';
import { formatCount } from '../../../format/format.ts';
import { Time } from '../../../format/time.tsx';
import { Button } from '../../../ui/actions/button.tsx';
import { toast } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { useIntegrationId } from '../queries.ts';
import { type Replay, replaysQuery } from './object-queries.ts';

const Running = ({ replay, mayCancel }: { readonly replay: Replay; readonly mayCancel: boolean }) => {
  const client = useQueryClient();
  const { integrationId: id, id: replayId, examinedObjects, expectedObjects } = replay;
  const cancel = useMutation({
    mutationFn: async () => {
      const params = { path: { id, replayId } };
      await unwrap(api.POST('/api/integrations/s3/{id}/replays/{replayId}/cancel', { params, ...once }));
    },
    onSuccess: () => {
      toast('Stopped. What was taken up already goes on.', 'info');
      void client.invalidateQueries({ queryKey: ['integration', id] });
    },
  });
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="numeric">
          <strong className="font-semibold">Taking up again:</strong> {formatCount(examinedObjects)} of{' '}
          {formatCount(expectedObjects)}
        </p>
        {mayCancel && (
          <Button size="small" onClick={() => cancel.mutate()} isBusy={cancel.isPending}>
            Stop
          </Button>
        )}
      </div>
      <progress
        aria-label="Objects taken up again"
        value={examinedObjects}
        max={Math.max(expectedObjects, 1)}
        className="h-2 w-full accent-accent"
      />
      {cancel.error !== null && <ErrorNotice error={cancel.error} />}
    </div>
  );
};

const Ended = ({ status, replayedObjects, createdAt }: Replay) => (
  <p className="numeric text-soft">
    {status === 'cancelled' ? 'Stopped:' : 'Processed again:'} {formatCount(replayedObjects)}{' '}
    {replayedObjects === 1 ? 'object' : 'objects'} taken up, <Time at={createdAt} />
  </p>
);

/** What is being processed again, and the last that was. Nothing when there was none. */
export const Replays = ({ mayCancel }: { readonly mayCancel: boolean }) => {
  const { data: replays = [] } = useQuery(replaysQuery(useIntegrationId()));
  const running = replays.filter(({ status }) => status === 'running');
  const shown = running.length > 0 ? running : replays.slice(0, 1);
  if (shown.length === 0) return null;
  return (
    <section
      aria-label="Processing again"
      className="grid gap-3 rounded-lg border border-line bg-surface px-4 py-3"
    >
      {shown.map((replay) =>
        replay.status === 'running' ? (
          <Running key={replay.id} replay={replay} mayCancel={mayCancel} />
        ) : (
          <Ended key={replay.id} {...replay} />
        ),
      )}
    </section>
  );
};
