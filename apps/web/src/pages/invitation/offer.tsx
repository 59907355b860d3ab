import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ApiError, api, once, unwrap } from '../../app/api.ts';
import type { Session } from '../../app/auth-requests.ts';
import { paths } from '../../app/paths.ts';
import { signOut } from '../../app/session.ts';
import { tenantsQuery } from '../../app/tenants.ts';
import { Time } from '../../format/time.tsx';
import { Button, buttonClass } from '../../ui/actions/button.tsx';
import { toast } from '../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { ROLE_WORDS } from '../members/members-query.ts';

const request = (token: string, preview: boolean) =>
  unwrap(api.POST('/api/invitations/accept', { body: { token, preview }, ...(preview ? {} : once) }));

/** With whom one is signed in, and the way to be somebody else. */
const OtherAccount = ({ email }: { readonly email: string }) => (
  <div className="grid justify-items-start gap-3 border-t border-line pt-4">
    <p className="breakable text-soft">
      You are signed in as <strong className="font-semibold text-ink">{email}</strong>.
    </p>
    <Button size="small" onClick={() => void signOut()}>
      Use another account
    </Button>
  </div>
);

interface OfferProps {
  readonly session: Session;
  /** Read where it is used, and kept nowhere. */
  readonly readToken: () => string;
}

/** What the invitation gives, and the button that takes it; or why it does not. */
export const Offer = ({ session, readToken }: OfferProps) => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data, error, refetch, isFetching } = useQuery({
    // Enough to tell one link from another.
    queryKey: ['invitation', session.user.id, readToken().slice(-6)],
    queryFn: () => request(readToken(), true),
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const accept = useMutation({
    mutationFn: async () => {
      const { tenantId, tenantName } = await request(readToken(), false);
      await client.invalidateQueries({ queryKey: tenantsQuery.queryKey });
      await navigate({ to: paths.section(tenantId, 'integrations'), replace: true });
      toast(`You are a member of ${tenantName} now.`);
    },
  });
  if (data === undefined) {
    if (error === null) {
      return (
        <Loading what="the invitation">
          <Skeleton className="h-36 w-full" />
        </Loading>
      );
    }
    const isFinal = error instanceof ApiError && error.problem.status < 500;
    return (
      <div className="grid gap-4">
        <ErrorNotice error={error} onRetry={isFinal ? undefined : () => void refetch()} isBusy={isFetching} />
        <OtherAccount email={session.user.email} />
      </div>
    );
  }
  const { tenantId, tenantName, role, invitedBy, expiresAt, isMember } = data;
  return (
    <div className="grid gap-4">
      <p className="breakable text-lg">
        {invitedBy === null ? 'You are invited' : `${invitedBy} invites you`} to{' '}
        <strong className="font-semibold">{tenantName}</strong>.
      </p>
      {isMember ? (
        <>
          <p>You are a member already.</p>
          <Link to={paths.section(tenantId, 'integrations')} className={buttonClass('primary')}>
            Go to {tenantName}
          </Link>
        </>
      ) : (
        <>
          <dl className="grid gap-3">
            <div>
              <dt className="text-xs text-soft">Your role</dt>
              <dd>
                <strong className="font-semibold">{ROLE_WORDS[role].name}.</strong> {ROLE_WORDS[role].may}
              </dd>
            </div>
            <div>
              <dt className="text-xs text-soft">Good until</dt>
              <dd>
                <Time at={expiresAt} style="instant" />
              </dd>
            </div>
          </dl>
          {accept.error !== null && <ErrorNotice error={accept.error} />}
          <Button variant="primary" isBusy={accept.isPending} onClick={() => accept.mutate()}>
            Accept the invitation
          </Button>
        </>
      )}
      <OtherAccount email={session.user.email} />
    </div>
  );
};
