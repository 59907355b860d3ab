import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, once, unwrap } from '../../../app/api.ts';
import { Time } from '../../../format/time.tsx';
import { Button } from '../../../ui/actions/button.tsx';
import { Badge } from '../../../ui/data/badge.tsx';
import { toast } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice, TroubleNotice } from '../../../ui/states/error-notice.tsx';
import { Card, Fact, Facts } from '../card.tsx';
import { at, useIntegrationId } from '../queries.ts';
import type { Credentials } from './credentials-query.ts';

type Previous = NonNullable<Credentials['previous']>;
type Rotation = NonNullable<Credentials['rotation']>;

const hintOf = (hint: string | null) => (hint === null ? 'Not known' : `… ${hint}`);
const timeOr = (instant: string | null, otherwise: string) =>
  instant === null ? otherwise : <Time at={instant} />;

export const CurrentKey = ({ current }: Pick<Credentials, 'current'>) =>
  current === null ? (
    <Card title="No key is stored" about="Enter one, so that the bucket can be reached.">
      {null}
    </Card>
  ) : (
    <Card title="The key in use" about="It is sealed, and nobody sees it again.">
      <Facts>
        <Fact name="Access key id ends with">{hintOf(current.hint)}</Fact>
        <Fact name="In use since">{timeOr(current.since, 'Not yet')}</Fact>
        <Fact name="Last used">{timeOr(current.lastUsedAt, 'Not yet')}</Fact>
      </Facts>
    </Card>
  );

const WAITS: Readonly<Record<Previous['waitsFor'][number], string>> = {
  first_use_of_new_key: 'No work has succeeded with the new key yet.',
  calls_in_flight: 'Work that began before the swap may still use the old one.',
};

interface PreviousKeyProps {
  readonly previous: Previous;
  readonly rotation: Rotation | null;
  readonly mayEdit: boolean;
}

/** The key that was replaced: whether it may be deleted at the provider, and the ways to end or undo the rotation. */
export const PreviousKey = ({ previous, rotation, mayEdit }: PreviousKeyProps) => {
  const id = useIntegrationId();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: async (way: 'finish' | 'cancel') => {
      await unwrap(
        way === 'finish'
          ? api.POST('/api/integrations/s3/{id}/credentials/rotation/finish', { ...at(id), ...once })
          : api.POST('/api/integrations/s3/{id}/credentials/rotation/cancel', { ...at(id), ...once }),
      );
      toast(way === 'finish' ? 'Our copy of the old key is destroyed.' : 'The old key is in use again.');
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['integration', id] }),
  });
  return (
    <Card
      title="The key before"
      about={previous.waitsFor.map((reason) => WAITS[reason]).join(' ')}
      action={
        <Badge tone={previous.safeToDelete ? 'good' : 'warn'}>
          {previous.safeToDelete ? 'Safe to delete at your provider' : 'Do not delete it yet'}
        </Badge>
      }
    >
      <Facts>
        <Fact name="Access key id ends with">{hintOf(previous.hint)}</Fact>
        <Fact name="Last used">{timeOr(previous.lastUsedAt, 'Never')}</Fact>
        <Fact name="Kept by us until">
          {previous.keptUntil === null ? 'Destroyed' : <Time at={previous.keptUntil} style="instant" />}
        </Fact>
      </Facts>
      {mayEdit && rotation?.state === 'overlapping' && (
        <div className="mt-5 flex flex-wrap gap-2">
          <Button isBusy={end.isPending} onClick={() => end.mutate('finish')}>
            Destroy our copy now
          </Button>
          <Button isBusy={end.isPending} onClick={() => end.mutate('cancel')}>
            Go back to it
          </Button>
        </div>
      )}
      {end.error !== null && (
        <div className="mt-4">
          <ErrorNotice error={end.error} />
        </div>
      )}
    </Card>
  );
};

/** Why the last rotation was rolled back, if it was. */
export const LastRotation = ({ rotation: { state, reason, endedAt } }: { readonly rotation: Rotation }) =>
  state === 'rolled_back' && reason !== null ? (
    <Card
      title="The last rotation was rolled back"
      about={
        <>The old key is in use again; no document was lost. {endedAt !== null && <Time at={endedAt} />}</>
      }
    >
      <TroubleNotice trouble={reason} tone="warn" />
    </Card>
  ) : null;
