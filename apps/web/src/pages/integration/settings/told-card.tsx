import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api, once, unwrap } from '../../../app/api.ts';
import { paths } from '../../../app/paths.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { Field } from '../../../ui/forms/field.tsx';
import { Select } from '../../../ui/forms/select.tsx';
import { toast } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { type Target, targetsQuery } from '../../notifications/targets.ts';
import { Card } from '../card.tsx';
import { at, atRevision, useIntegration } from '../queries.ts';

interface Told {
  readonly targetId: string | null;
  readonly revision: number;
}

/** Holds what stood when it was opened, so that nothing moves under the reader. */
const ToldForm = ({
  told,
  targets,
  onSaved,
}: {
  told: Told;
  targets: readonly Target[];
  onSaved: () => void;
}) => {
  const { id } = useIntegration();
  const client = useQueryClient();
  const [base] = useState(told);
  const save = useMutation({
    mutationFn: (targetId: string | null) =>
      unwrap(
        api.PUT('/api/integrations/s3/{id}/notification-target', {
          ...atRevision(id, base.revision),
          body: { targetId },
          ...once,
        }),
      ),
    onSuccess: () => toast('Saved.'),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['integration', id] });
      onSaved();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget).get('target');
    if (!save.isPending) save.mutate(typeof chosen === 'string' && chosen !== '' ? chosen : null);
  };
  return (
    <form onSubmit={submit} className="grid max-w-2xl gap-4">
      <Field label="Server" hint="Of documents written back or given up, and of trouble with the bucket.">
        {(control) => (
          <Select {...control} required={false} name="target" defaultValue={base.targetId ?? ''}>
            <option value="">Nobody</option>
            {targets.map(({ id: targetId, name }) => (
              <option key={targetId} value={targetId}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {save.error !== null && <ErrorNotice error={save.error} />}
      <div>
        <Button type="submit" isBusy={save.isPending}>
          Save who is told
        </Button>
      </div>
    </form>
  );
};

/** Which server of the tenant is told what becomes of the documents of this integration. */
export const ToldCard = () => {
  const { id, tenantId } = useIntegration();
  const [generation, setGeneration] = useState(0);
  const list = useInfiniteQuery(targetsQuery(tenantId));
  const told = useQuery({
    queryKey: ['integration', id, 'notification-target'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/integrations/s3/{id}/notification-target', { ...at(id), signal })),
  });
  const targets = list.data?.pages.flatMap(({ items }) => items);
  const error = list.error ?? told.error;
  return (
    <Card
      title="Who is told"
      about="A server of yours, by a signed webhook. The rule of a folder may name another."
    >
      {error !== null ? (
        <ErrorNotice error={error} />
      ) : targets === undefined || told.data === undefined ? (
        <Loading what="who is told">
          <Skeleton className="h-24 w-full" />
        </Loading>
      ) : targets.length === 0 ? (
        <p>
          Nobody yet.{' '}
          <Link to={paths.section(tenantId, 'notifications')} className="text-accent underline">
            Add a server
          </Link>{' '}
          first.
        </p>
      ) : (
        <ToldForm
          key={`${generation}`}
          told={told.data}
          targets={targets}
          onSaved={() => setGeneration(generation + 1)}
        />
      )}
    </Card>
  );
};
