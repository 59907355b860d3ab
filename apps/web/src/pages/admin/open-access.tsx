import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LockOpen } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { api, unwrap } from '../../app/api.ts';
import { Button } from '../../ui/actions/button.tsx';
import { Field, TextArea } from '../../ui/forms/field.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { toast } from '../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';

interface OpenAccessProps {
  readonly tenantId: string;
  readonly tenantName: string;
}

const OpenAccessDialog = ({ tenantId, tenantName, onClose }: OpenAccessProps & { onClose: () => void }) => {
  const client = useQueryClient();
  const formId = useId();
  const reasonRef = useRef<HTMLTextAreaElement>(null);
  const [error, setError] = useState<string>();
  const open = useMutation({
    mutationFn: (reason: string) =>
      unwrap(
        api.POST('/api/admin/tenants/{id}/access', { params: { path: { id: tenantId } }, body: { reason } }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['admin', 'opened'] });
      toast(`${tenantName} is open to you for an hour.`);
      onClose();
    },
  });
  return (
    <Dialog
      title={`Open ${tenantName}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" isBusy={open.isPending}>
            Open for an hour
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const reason = reasonRef.current?.value.trim() ?? '';
          setError(reason === '' ? 'Say why: the tenant will ask.' : undefined);
          if (reason !== '' && !open.isPending) open.mutate(reason);
        }}
      >
        <p>
          You may then read what the tenant’s admins read, change nothing, and see no secret. The tenant finds
          your reason in their audit.
        </p>
        <Field label="Reason" hint="Such as the number of a ticket." error={error}>
          {(control) => <TextArea {...control} ref={reasonRef} maxLength={500} />}
        </Field>
        {open.error !== null && <ErrorNotice error={open.error} />}
      </form>
    </Dialog>
  );
};

/** The way into a tenant: with a reason, which the tenant reads. */
export const OpenAccess = (props: OpenAccessProps) => {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        <LockOpen aria-hidden size={17} />
        Open this tenant
      </Button>
      {isOpen && <OpenAccessDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
};
