import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { ApiError, api, once, unwrap } from '../../app/api.ts';
import type { Tenant } from '../../app/tenants.ts';
import { Button } from '../../ui/actions/button.tsx';
import { Field, Input } from '../../ui/forms/field.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import type { Link } from './link-dialog.tsx';
import { type Role, rolesOf, useReadAnew } from './members-query.ts';
import { RoleChoice } from './role-choice.tsx';

interface InviteDialogProps {
  readonly tenant: Tenant;
  readonly onClose: () => void;
  /** Given the link, which is told nowhere else. */
  readonly onInvited: (link: Link) => void;
}

export const InviteDialog = ({ tenant, onClose, onInvited }: InviteDialogProps) => {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const formId = useId();
  const readAnew = useReadAnew(tenant.id);
  const invite = useMutation({
    // Gives nothing back: a mutation would keep it.
    mutationFn: async () => {
      const params = { path: { id: tenant.id } };
      const body = { email: email.trim(), role };
      const made = await unwrap(api.POST('/api/tenants/{id}/invitations', { params, body, ...once }));
      onInvited({ email: made.email, url: made.acceptUrl });
    },
    onSettled: readAnew,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!invite.isPending) invite.mutate();
  };
  const wrong =
    invite.error instanceof ApiError
      ? invite.error.problem.errors?.find(({ field }) => field === 'email')?.message
      : undefined;
  return (
    <Dialog
      title={`Invite somebody to ${tenant.name}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" isBusy={invite.isPending}>
            Make the link
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} noValidate className="grid gap-5">
        <Field
          label="Email"
          hint="Of the account they sign in with. You get a link to send to them."
          error={wrong}
        >
          {(control) => (
            <Input
              {...control}
              type="email"
              value={email}
              onChange={({ target }) => setEmail(target.value)}
            />
          )}
        </Field>
        <RoleChoice roles={rolesOf(tenant.role)} value={role} onChange={setRole} />
        {invite.error !== null && wrong === undefined && <ErrorNotice error={invite.error} />}
      </form>
    </Dialog>
  );
};
