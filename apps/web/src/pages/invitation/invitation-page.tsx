import { useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { signIn, useSession } from '../../app/session.ts';
import { Logo } from '../../app/shell/logo.tsx';
import { Button } from '../../ui/actions/button.tsx';
import { TroubleNotice } from '../../ui/states/error-notice.tsx';
import { SignInForm } from '../sign-in/sign-in-form.tsx';
import { Offer } from './offer.tsx';
import { signUp } from './sign-up.ts';

const TOKEN = /^slinv_[\w-]{43}$/;

/** It stays in the address, behind the `#`, where no server sees it. */
const readToken = (): string => location.hash.slice(1);

const NOT_WHOLE = {
  title: 'This link is not whole',
  owner: 'client',
  remedy: 'Copy all of it, with what stands behind the `#`, and open it again. Or ask for a new one.',
};

/** For who is not signed in: with the account they have, or a new one. */
const WhoAreYou = () => {
  const [isNew, setNew] = useState(false);
  const [sentTo, setSentTo] = useState<string | null>(null);
  if (sentTo !== null) {
    return (
      <p role="status" className="breakable">
        We sent a message to <strong className="font-semibold">{sentTo}</strong>. Open the link in it to
        confirm your address. Then open this invitation again.
      </p>
    );
  }
  return (
    <div className="grid gap-5">
      <p className="text-soft">
        {isNew
          ? 'Make your account with the address the invitation is for.'
          : 'Sign in with the address the invitation is for.'}
      </p>
      {isNew ? (
        <SignInForm
          key="new"
          label="Make the account"
          isNew
          onSubmit={async (email, password) => {
            if (!(await signUp(email, password))) setSentTo(email);
          }}
        />
      ) : (
        <SignInForm key="known" label="Sign in" onSubmit={signIn} />
      )}
      <Button variant="quiet" onClick={() => setNew(!isNew)}>
        {isNew ? 'I have an account' : 'I have no account yet'}
      </Button>
    </div>
  );
};

const Content = (): ReactNode => {
  const session = useSession();
  // So that another link opened in this tab is seen.
  useLocation({ select: ({ hash }) => hash });
  if (!TOKEN.test(readToken())) return <TroubleNotice trouble={NOT_WHOLE} />;
  return session === null ? <WhoAreYou /> : <Offer session={session} readToken={readToken} />;
};

const InvitationPage = () => {
  useEffect(() => {
    document.title = 'Invitation · Sluice';
  }, []);
  return (
    <main className="grid min-h-dvh content-center justify-items-center gap-6 px-4 py-10">
      <Logo />
      <div className="w-full max-w-md rounded-lg border border-line bg-surface p-6 shadow-card">
        <h1 className="mb-5 text-xl font-semibold">You are invited</h1>
        <Content />
      </div>
    </main>
  );
};

export default InvitationPage;
