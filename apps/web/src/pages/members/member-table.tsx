import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../../app/session.ts';
import { mayEdit, type Tenant } from '../../app/tenants.ts';
import { Time } from '../../format/time.tsx';
import { Button } from '../../ui/actions/button.tsx';
import { type Column, Table } from '../../ui/data/table.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { nameOf, RemoveDialog, RoleDialog } from './member-dialogs.tsx';
import { type Member, ROLE_WORDS } from './members-query.ts';

interface Asked {
  readonly member: Member;
  readonly what: 'role' | 'remove';
}

/** Who is a member, in which role and since when, and what can be done about it. */
interface MemberTableProps {
  readonly tenant: Tenant;
  readonly members: UseQueryResult<readonly Member[]>;
}

export const MemberTable = ({ tenant, members }: MemberTableProps) => {
  const session = useSession();
  const { data, error, refetch, isFetching } = members;
  const [asked, setAsked] = useState<Asked | null>(null);
  const isOwn = ({ userId }: Member): boolean => userId === session?.user.id;
  const mayChange = (member: Member): boolean =>
    mayEdit(tenant) && (tenant.role === 'owner' || member.role !== 'owner');
  const columns: readonly Column<Member>[] = [
    {
      id: 'who',
      header: 'Who',
      cell: (member) => (
        <>
          <span className="font-semibold">{nameOf(member)}</span>
          {isOwn(member) && <span className="text-soft"> (you)</span>}
        </>
      ),
    },
    { id: 'role', header: 'Role', cell: ({ role }) => ROLE_WORDS[role].name },
    { id: 'since', header: 'Member since', cell: ({ since }) => <Time at={since} /> },
    {
      id: 'actions',
      header: 'Actions',
      cell: (member) => (
        <span className="inline-flex flex-wrap justify-end gap-2 @2xl:justify-start">
          {mayChange(member) && (
            <Button
              size="small"
              aria-label={`Change role of ${nameOf(member)}`}
              onClick={() => setAsked({ member, what: 'role' })}
            >
              Change role
            </Button>
          )}
          {(mayChange(member) || isOwn(member)) && (
            <Button
              size="small"
              aria-label={isOwn(member) ? 'Leave this tenant' : `Remove ${nameOf(member)}`}
              onClick={() => setAsked({ member, what: 'remove' })}
            >
              {isOwn(member) ? 'Leave' : 'Remove'}
            </Button>
          )}
        </span>
      ),
    },
  ];
  if (data === undefined) {
    return error === null ? null : (
      <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
    );
  }
  const shown = { tenant, onClose: () => setAsked(null) };
  return (
    <>
      {error !== null && (
        <div className="mb-4">
          <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
        </div>
      )}
      <Table caption="Members" columns={columns} rows={data} rowKey={({ userId }) => userId} />
      {asked?.what === 'role' && <RoleDialog {...shown} member={asked.member} isOwn={isOwn(asked.member)} />}
      {asked?.what === 'remove' && (
        <RemoveDialog {...shown} member={asked.member} isOwn={isOwn(asked.member)} />
      )}
    </>
  );
};
