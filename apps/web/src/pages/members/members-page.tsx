import { useQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { PageHeader } from '../../app/shell/page-header.tsx';
import { mayEdit, useTenant } from '../../app/tenants.ts';
import { Button } from '../../ui/actions/button.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { InvitationTable } from './invitation-table.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { type Link, LinkDialog } from './link-dialog.tsx';
import { MemberTable } from './member-table.tsx';
import { invitationsQuery, membersQuery } from './members-query.ts';

const MembersPage = () => {
  const tenant = useTenant();
  const [isInviting, setInviting] = useState(false);
  const [link, setLink] = useState<Link | null>(null);
  const isEditor = mayEdit(tenant);
  // Who is made an admin while they look keeps what they have open.
  const [wasEditor] = useState(isEditor);
  const members = useQuery(membersQuery(tenant.id));
  const invitations = useQuery({ ...invitationsQuery(tenant.id), enabled: isEditor });
  return (
    <>
      <PageHeader
        title="Members"
        action={
          isEditor && (
            <Button variant="primary" onClick={() => setInviting(true)}>
              <UserPlus aria-hidden size={18} />
              Invite somebody
            </Button>
          )
        }
      >
        {isEditor
          ? `Who may act for ${tenant.name}. People come by invitation, and every change is in the audit.`
          : `Who may act for ${tenant.name}. Owners and admins invite others.`}
      </PageHeader>
      {/* At once, or the second would move when the first comes. */}
      {members.isPending || (wasEditor && invitations.isPending) ? (
        <Loading what="the members">
          <Skeleton className="h-72 w-full" />
        </Loading>
      ) : (
        <>
          <MemberTable tenant={tenant} members={members} />
          {isEditor && (
            <section aria-labelledby="invitations" className="mt-8">
              <h2 id="invitations" className="mb-3 text-lg font-semibold">
                Pending invitations
              </h2>
              <InvitationTable tenant={tenant} invitations={invitations} onRenewed={setLink} />
            </section>
          )}
        </>
      )}
      {isInviting && (
        <InviteDialog
          tenant={tenant}
          onClose={() => setInviting(false)}
          onInvited={(made) => {
            setInviting(false);
            setLink(made);
          }}
        />
      )}
      {link !== null && <LinkDialog link={link} onClose={() => setLink(null)} />}
    </>
  );
};

export default MembersPage;
