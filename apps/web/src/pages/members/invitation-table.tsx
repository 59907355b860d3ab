import { type UseQueryResult, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, once, unwrap } from '../../app/api.ts';
import type { Tenant } from '../../app/tenants.ts';
import { Time } from '../../format/time.tsx';
import { Button } from '../../ui/actions/button.tsx';
import { Badge } from '../../ui/data/badge.tsx';
import { type Column, Table } from '../../ui/data/table.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { toast } from '../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import type { Link } from './link-dialog.tsx';
import { type Invitation, ROLE_WORDS, useReadAnew } from './members-query.ts';

const at = (tenantId: string, { id }: Invitation) => ({
  params: { path: { id: tenantId, invitationId: id } },
});

const RevokeDialog = ({
  tenant,
  invitation,
  onClose,
}: {
  readonly tenant: Tenant;
  readonly invitation: Invitation;
  readonly onClose: () => void;
}) => {
  const readAnew = useReadAnew(tenant.id);
  const revoke = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE('/api/tenants/{id}/invitations/{invitationId}', { ...at(tenant.id, invitation), ...once }),
      ),
    onSuccess: () => {
      toast(`The invitation of ${invitation.email} is revoked.`);
      onClose();
    },
    onSettled: readAnew,
  });
  return (
    <Dialog
      title={`Revoke the invitation of ${invitation.email}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button variant="danger" isBusy={revoke.isPending} onClick={() => revoke.mutate()}>
            Revoke it
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <p>The link works no more, at once. Whoever opens it is told so. You can invite them again.</p>
        {revoke.error !== null && <ErrorNotice error={revoke.error} />}
      </div>
    </Dialog>
  );
};

interface InvitationTableProps {
  readonly tenant: Tenant;
  readonly invitations: UseQueryResult<readonly Invitation[]>;
  readonly onRenewed: (link: Link) => void;
}

/** Who was invited and has not accepted yet. */
export const InvitationTable = ({ tenant, invitations, onRenewed }: InvitationTableProps) => {
  const { data, error, refetch, isFetching } = invitations;
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const readAnew = useReadAnew(tenant.id);
  const renew = useMutation({
    // Gives nothing back: a mutation would keep it.
    mutationFn: async (invitation: Invitation) => {
      const made = await unwrap(
        api.POST('/api/tenants/{id}/invitations/{invitationId}/renew', {
          ...at(tenant.id, invitation),
          ...once,
        }),
      );
      onRenewed({ email: made.email, url: made.acceptUrl });
    },
    onSettled: readAnew,
  });
  const columns: readonly Column<Invitation>[] = [
    { id: 'who', header: 'Who', cell: ({ email }) => <span className="font-semibold">{email}</span> },
    { id: 'role', header: 'Role', cell: ({ role }) => ROLE_WORDS[role].name },
    { id: 'by', header: 'Invited by', cell: ({ invitedBy }) => invitedBy ?? 'Somebody' },
    {
      id: 'until',
      header: 'Link is good until',
      cell: ({ state, expiresAt }) =>
        state === 'expired' ? <Badge tone="warn">Expired</Badge> : <Time at={expiresAt} style="instant" />,
    },
    {
      id: 'actions',
      header: 'Actions',
      cell: (invitation) =>
        (tenant.role === 'owner' || invitation.role !== 'owner') && (
          <span className="inline-flex flex-wrap justify-end gap-2 @2xl:justify-start">
            <Button
              size="small"
              aria-label={`New link for ${invitation.email}`}
              isBusy={renew.isPending && renew.variables.id === invitation.id}
              onClick={() => renew.mutate(invitation)}
            >
              New link
            </Button>
            <Button
              size="small"
              aria-label={`Revoke the invitation of ${invitation.email}`}
              onClick={() => setRevoking(invitation)}
            >
              Revoke
            </Button>
          </span>
        ),
    },
  ];
  const failed = error ?? renew.error;
  return (
    <div className="grid grid-cols-1 gap-4">
      {failed !== null && (
        <ErrorNotice
          error={failed}
          onRetry={error === null ? undefined : () => void refetch()}
          isBusy={isFetching}
        />
      )}
      {data === undefined ? null : data.length === 0 ? (
        <p className="rounded-lg border border-dashed border-control px-4 py-6 text-center text-soft">
          Nobody is invited at the moment.
        </p>
      ) : (
        <Table caption="Pending invitations" columns={columns} rows={data} rowKey={({ id }) => id} />
      )}
      {revoking !== null && (
        <RevokeDialog tenant={tenant} invitation={revoking} onClose={() => setRevoking(null)} />
      )}
    </div>
  );
};
