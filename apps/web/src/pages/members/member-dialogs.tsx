import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { api, once, unwrap } from '../../app/api.ts';
import { paths } from '../../app/paths.ts';
import { firstTenant, type Tenant, tenantsQuery } from '../../app/tenants.ts';
import { Button } from '../../ui/actions/button.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { toast } from '../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { type Member, ROLE_WORDS, type Role, rolesOf, useReadAnew } from './members-query.ts';
import { RoleChoice } from './role-choice.tsx';

interface MemberDialogProps {
  readonly tenant: Tenant;
  readonly member: Member;
  readonly isOwn: boolean;
  readonly onClose: () => void;
}

/** The member as they were shown: refused when somebody has changed them since. */
const at = ({ id }: Tenant, { userId, revision }: Member) => ({
  params: { path: { id, userId }, header: { 'if-match': `"${revision}"` } },
});

/** What to call a member by. */
export const nameOf = ({ email, userId }: Member): string => email ?? `user ${userId.slice(0, 8)}`;

export const RoleDialog = ({ tenant, member, isOwn, onClose }: MemberDialogProps) => {
  const [role, setRole] = useState<Role>(member.role);
  const formId = useId();
  const readAnew = useReadAnew(tenant.id);
  const change = useMutation({
    mutationFn: async () => {
      await unwrap(
        api.PATCH('/api/tenants/{id}/members/{userId}', { ...at(tenant, member), body: { role }, ...once }),
      );
    },
    onSuccess: () => {
      toast(
        isOwn
          ? `You are ${ROLE_WORDS[role].name.toLowerCase()} now.`
          : `${nameOf(member)} is ${ROLE_WORDS[role].name.toLowerCase()} now.`,
      );
      onClose();
    },
    onSettled: readAnew,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (role === member.role) onClose();
    else if (!change.isPending) change.mutate();
  };
  return (
    <Dialog
      title={isOwn ? 'Change your role' : `Role of ${nameOf(member)}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" isBusy={change.isPending}>
            Change the role
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="grid gap-4">
        <RoleChoice roles={rolesOf(tenant.role)} value={role} onChange={setRole} />
        {isOwn && role !== member.role && <p>Only another owner can make you an owner again.</p>}
        {change.error !== null && <ErrorNotice error={change.error} />}
      </form>
    </Dialog>
  );
};

const Consequences = ({ tenant, isOwn }: Pick<MemberDialogProps, 'tenant' | 'isOwn'>) => (
  <ul className="grid list-disc gap-1.5 pl-5">
    <li>
      {isOwn ? 'You see' : 'They see'} nothing of {tenant.name} any more, at once and everywhere.
    </li>
    <li>Buckets {isOwn ? 'you' : 'they'} connected go on, with their keys.</li>
    <li>Links {isOwn ? 'you' : 'they'} made for invitations work no more.</li>
    <li>What {isOwn ? 'you' : 'they'} did stays in the audit.</li>
    <li>To come back takes another invitation.</li>
  </ul>
);

export const RemoveDialog = ({ tenant, member, isOwn, onClose }: MemberDialogProps) => {
  const readAnew = useReadAnew(tenant.id);
  const navigate = useNavigate();
  const client = useQueryClient();
  /** There is nothing to see here any more. */
  const goElsewhere = async () => {
    const others = (client.getQueryData(tenantsQuery.queryKey) ?? []).filter(({ id }) => id !== tenant.id);
    const next = firstTenant(others);
    await navigate({ to: next === undefined ? paths.home : paths.section(next.id, 'integrations') });
    client.setQueryData(tenantsQuery.queryKey, others);
  };
  const remove = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE('/api/tenants/{id}/members/{userId}', { ...at(tenant, member), ...once })),
    onSuccess: async () => {
      toast(isOwn ? `You have left ${tenant.name}.` : `${nameOf(member)} is no member any more.`);
      if (isOwn) await goElsewhere();
      else onClose();
    },
    onSettled: readAnew,
  });
  return (
    <Dialog
      title={isOwn ? `Leave ${tenant.name}?` : `Remove ${nameOf(member)}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{isOwn ? 'Stay' : 'Keep them'}</Button>
          <Button variant="danger" isBusy={remove.isPending} onClick={() => remove.mutate()}>
            {isOwn ? 'Leave' : 'Remove them'}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <Consequences tenant={tenant} isOwn={isOwn} />
        {remove.error !== null && <ErrorNotice error={remove.error} />}
      </div>
    </Dialog>
  );
};
