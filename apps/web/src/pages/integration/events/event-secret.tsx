import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, once, unwrap } from '../../../app/api.ts';
import { Time } from '../../../format/time.tsx';
import { Button } from '../../../ui/actions/button.tsx';
import { SecretDialog } from '../../../ui/overlays/secret-dialog.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Card } from '../card.tsx';
import { at, useIntegration } from '../queries.ts';

const ADVICE =
  'Enter it where your events come from, or store it in a safe. One that was in use before is valid for a day yet.';
const RECEIVER_ADVICE =
  ' Your receiver on Cloudflare needs it by then: run wrangler secret put EVENT_SOURCE_SECRET in its folder. Did we set it up? Then “Set it up with a new secret” makes another one and hands it over.';

/** What deliveries are signed with: which are valid, another one, and the end of the one before. */
export const EventSecret = ({ mayEdit }: { readonly mayEdit: boolean }) => {
  const { id, provider } = useIntegration();
  const client = useQueryClient();
  const [revealed, setRevealed] = useState<string | null>(null);
  const secrets = useQuery({
    queryKey: ['integration', id, 'event-secret'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/integrations/s3/{id}/event-secret', { ...at(id), signal })),
  });
  const onSettled = () => client.invalidateQueries({ queryKey: ['integration', id, 'event-secret'] });
  const isThere = secrets.data !== undefined && secrets.data.items.length > 0;
  const issue = useMutation({
    // Gives nothing back: a mutation would keep it.
    mutationFn: async () => {
      const { secret } = await unwrap(
        isThere
          ? api.POST('/api/integrations/s3/{id}/event-secret/rotate', { ...at(id), body: {}, ...once })
          : api.POST('/api/integrations/s3/{id}/event-secret', { ...at(id), ...once }),
      );
      setRevealed(secret);
    },
    onSettled,
  });
  const endPrevious = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE('/api/integrations/s3/{id}/event-secret/previous', { ...at(id), ...once })),
    onSettled,
  });
  const error = secrets.error ?? issue.error ?? endPrevious.error;
  return (
    <Card
      title="Event secret"
      about="Every delivery is signed with it. A new one leaves the one before valid for a day."
      action={
        mayEdit &&
        secrets.data !== undefined && (
          <Button isBusy={issue.isPending} onClick={() => issue.mutate()}>
            {isThere ? 'Make a new one' : 'Make a secret'}
          </Button>
        )
      }
    >
      {error !== null && <ErrorNotice error={error} />}
      {secrets.data === undefined ? (
        secrets.error === null && (
          <Loading what="the event secret">
            <Skeleton className="h-12 w-full" />
          </Loading>
        )
      ) : isThere ? (
        <ul className="divide-y divide-line rounded-md border border-line">
          {secrets.data.items.map(({ version, state, createdAt, lastSeenAt, validUntil }) => (
            <li key={version} className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
              <span>
                <strong className="font-semibold">{state === 'current' ? 'In use' : 'The one before'}</strong>
                , made <Time at={createdAt} />
                <span className="block text-xs text-soft">
                  {lastSeenAt === null
                    ? 'No delivery was signed with it yet'
                    : 'Last delivery signed with it: '}
                  {lastSeenAt !== null && <Time at={lastSeenAt} />}
                  {validUntil !== null && ' · valid until '}
                  {validUntil !== null && <Time at={validUntil} style="instant" />}
                </span>
              </span>
              {state === 'previous' && mayEdit && (
                <Button size="small" isBusy={endPrevious.isPending} onClick={() => endPrevious.mutate()}>
                  End it now
                </Button>
              )}
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-soft">There is none yet.</p>
      )}
      {revealed !== null && (
        <SecretDialog
          what="Event secret"
          secret={revealed}
          advice={
            provider === 'r2' && (secrets.data?.items.length ?? 0) > 1 ? ADVICE + RECEIVER_ADVICE : ADVICE
          }
          onClose={() => setRevealed(null)}
        />
      )}
    </Card>
  );
};
