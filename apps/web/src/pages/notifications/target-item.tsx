import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { api, once, unwrap } from '../../app/api.ts';
import { Time } from '../../format/time.tsx';
import { Button } from '../../ui/actions/button.tsx';
import { Badge } from '../../ui/data/badge.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { SecretDialog } from '../../ui/overlays/secret-dialog.tsx';
import { toast } from '../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Deliveries } from './deliveries.tsx';
import { TargetForm } from './target-form.tsx';
import { standingOf, type Target } from './targets.ts';

const DAY_SECONDS = 86_400;

const DeleteDialog = ({ target, onClose }: { readonly target: Target; readonly onClose: () => void }) => {
  const client = useQueryClient();
  const { id, name, tenantId, revision } = target;
  const remove = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE('/api/notification-targets/{id}', {
          params: { path: { id }, header: { 'if-match': `"${revision}"` } },
          ...once,
        }),
      ),
    onSuccess: () => {
      toast(`${name} is told nothing any more.`);
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['notification-targets', tenantId] }),
  });
  return (
    <Dialog
      title={`Delete ${name}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" isBusy={remove.isPending} onClick={() => remove.mutate()}>
            Delete it
          </Button>
        </>
      }
    >
      <ul className="grid list-disc gap-1.5 pl-5">
        <li>What waits for it is not sent, and its signing secret is destroyed.</li>
        <li>Integrations and folder rules that name it tell nobody from now on.</li>
        <li>Nothing else changes: documents are processed as before.</li>
      </ul>
      {remove.error !== null && (
        <div className="mt-4">
          <ErrorNotice error={remove.error} />
        </div>
      )}
    </Dialog>
  );
};

const useTargetActions = ({ id, tenantId, revision }: Target, reveal: (secret: string) => void) => {
  const client = useQueryClient();
  const path = { params: { path: { id } } };
  const onSettled = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['notification-targets', tenantId] }),
      client.invalidateQueries({ queryKey: ['notification-target', id] }),
    ]);
  const test = useMutation({
    mutationFn: () => unwrap(api.POST('/api/notification-targets/{id}/test', path)),
    onSettled,
  });
  const rotate = useMutation({
    // Gives nothing back: a mutation would keep it.
    mutationFn: async () => {
      const { signingSecret } = await unwrap(
        api.POST('/api/notification-targets/{id}/rotate-secret', {
          ...path,
          body: { overlapSeconds: DAY_SECONDS },
          ...once,
        }),
      );
      reveal(signingSecret);
    },
    onSettled,
  });
  const change = useMutation({
    mutationFn: async (body: { status: Target['status'] } | { name: string; url: string }) => {
      const header = { 'if-match': `"${revision}"` };
      await unwrap(
        api.PATCH('/api/notification-targets/{id}', { params: { path: { id }, header }, body, ...once }),
      );
    },
    onSettled,
  });
  return { test, rotate, change };
};

/** One server: how it stands, what was sent to it, and what can be done with it. */
export const TargetItem = ({ target, mayEdit }: { readonly target: Target; readonly mayEdit: boolean }) => {
  const headingId = useId();
  const [opened, setOpened] = useState<'none' | 'edit' | 'delete'>('none');
  const [secret, setSecret] = useState<string | null>(null);
  const { test, rotate, change } = useTargetActions(target, setSecret);
  const { tone, label, note } = standingOf(target);
  const isActive = target.status === 'active';
  const error = test.error ?? rotate.error ?? change.error;
  const close = () => setOpened('none');
  return (
    <li aria-labelledby={headingId} className="grid grid-cols-1 gap-4 px-5 py-4">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h2 id={headingId} className="breakable font-semibold">
            {target.name}
          </h2>
          <code className="breakable text-xs text-soft">{target.url}</code>
        </div>
        <Badge tone={tone}>{label}</Badge>
      </div>
      {note !== null && <p className="text-pretty">{note}</p>}
      <p className="text-xs text-soft">
        {target.lastSuccessAt === null ? 'Nothing was taken yet' : 'Last taken '}
        {target.lastSuccessAt !== null && <Time at={target.lastSuccessAt} />}
        {target.previousSecretUntil !== null && ' · the secret before signs too until '}
        {target.previousSecretUntil !== null && <Time at={target.previousSecretUntil} style="instant" />}
      </p>
      {opened === 'edit' ? (
        <TargetForm
          submitLabel="Save"
          initial={target}
          send={async (fields) => {
            await change.mutateAsync(fields);
            toast('Saved.');
            close();
          }}
          onCancel={close}
        />
      ) : (
        mayEdit && (
          <div className="flex flex-wrap gap-2">
            <Button size="small" isBusy={test.isPending} onClick={() => test.mutate()}>
              Send a test
            </Button>
            <Button size="small" onClick={() => setOpened('edit')}>
              Edit
            </Button>
            <Button
              size="small"
              isBusy={change.isPending}
              onClick={() => change.mutate({ status: isActive ? 'disabled' : 'active' })}
            >
              {isActive ? 'Pause' : 'Take it up again'}
            </Button>
            <Button size="small" isBusy={rotate.isPending} onClick={() => rotate.mutate()}>
              Make a new secret
            </Button>
            <Button size="small" onClick={() => setOpened('delete')}>
              Delete …
            </Button>
          </div>
        )
      )}
      {error !== null && opened !== 'edit' && <ErrorNotice error={error} />}
      <div role="status">
        {test.data !== undefined && (
          <p className={test.data.outcome === 'delivered' ? 'text-good' : 'text-bad'}>
            {test.data.outcome === 'delivered'
              ? `Your server took the test, in ${test.data.durationMs} ms.`
              : `Your server did not take the test: ${test.data.statusCode ?? test.data.code?.replaceAll('_', ' ') ?? 'no answer'}.`}
          </p>
        )}
      </div>
      <details>
        <summary className="font-semibold">What was sent last</summary>
        <div className="mt-3">
          <Deliveries targetId={target.id} mayEdit={mayEdit} />
        </div>
      </details>
      {opened === 'delete' && <DeleteDialog target={target} onClose={close} />}
      {secret !== null && (
        <SecretDialog
          what="Signing secret"
          secret={secret}
          advice="Enter it at your server. The one before signs too for a day."
          onClose={() => setSecret(null)}
        />
      )}
    </li>
  );
};
