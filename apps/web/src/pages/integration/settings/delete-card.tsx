import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { api, once, unwrap } from '../../../app/api.ts';
import { paths } from '../../../app/paths.ts';
import { formatCount } from '../../../format/format.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { Field, Input } from '../../../ui/forms/field.tsx';
import { Dialog } from '../../../ui/overlays/dialog.tsx';
import { toast } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Card } from '../card.tsx';
import { atRevision, type Integration, useIntegration } from '../queries.ts';

const Consequences = ({ ledger, provider }: Integration) => (
  <ul className="grid list-disc gap-1.5 pl-5">
    <li>The stored key is destroyed at once, and all work stops.</li>
    <li>
      {ledger.pending === 0
        ? 'Nothing is pending.'
        : `${formatCount(ledger.pending)} pending ${ledger.pending === 1 ? 'document is' : 'documents are'} skipped, and not processed.`}
    </li>
    <li>Nothing in your bucket is touched: originals and results stay.</li>
    <li>History, costs and audit are kept, for billing. Its event secret goes.</li>
    {provider === 'r2' && (
      <li>
        A receiver in your Cloudflare account stays, and goes on sending. Take it back first, under Events.
      </li>
    )}
    <li>It cannot be undone. The bucket can be connected anew, as another integration.</li>
  </ul>
);

const DeleteDialog = ({ integration, onClose }: { integration: Integration; onClose: () => void }) => {
  const [typed, setTyped] = useState('');
  const [isRefused, setRefused] = useState(false);
  const formId = useId();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { id, revision, name, tenantId } = integration;
  const remove = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE('/api/integrations/s3/{id}', { ...atRevision(id, revision), ...once })),
    onSuccess: async () => {
      await navigate({ to: paths.integrations(tenantId) });
      client.removeQueries({ queryKey: ['integration', id] });
      await client.invalidateQueries({ queryKey: ['integrations', tenantId] });
      toast(`${name} is deleted.`);
    },
    onError: () => client.invalidateQueries({ queryKey: ['integration', id] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const isRight = typed.trim() === name.trim();
    setRefused(!isRight);
    if (isRight && !remove.isPending) remove.mutate();
  };
  return (
    <Dialog
      title={`Delete ${name}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" form={formId} variant="danger" isBusy={remove.isPending}>
            Delete it
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="grid gap-5">
        <Consequences {...integration} />
        <Field
          label={`To delete it, type its name: ${name}`}
          error={isRefused ? 'That is not its name.' : undefined}
        >
          {(control) => (
            <Input {...control} value={typed} onChange={({ target }) => setTyped(target.value)} />
          )}
        </Field>
        {remove.error !== null && <ErrorNotice error={remove.error} />}
      </form>
    </Dialog>
  );
};

/** What cannot be undone, with what follows from it. */
export const DeleteCard = () => {
  const integration = useIntegration();
  const [isAsking, setAsking] = useState(false);
  return (
    <Card title="Delete it" about="Disconnects the bucket for good. Nothing in your bucket is touched.">
      <Button variant="danger" onClick={() => setAsking(true)}>
        Delete it …
      </Button>
      {isAsking && <DeleteDialog integration={integration} onClose={() => setAsking(false)} />}
    </Card>
  );
};
