import { Navigate, useRouter, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { paths } from '../../app/paths.ts';
import { signIn, useSession } from '../../app/session.ts';
import { Logo } from '../../app/shell/logo.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** An address to go on to: of this site, whatever the link that led here says. */
const ownAddress = (next: unknown): string | undefined =>
  typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : undefined;

const SignInPage = () => {
  const session = useSession();
  const router = useRouter();
  const search: { next?: unknown } = useSearch({ strict: false });
  const next = ownAddress(search.next);
  useEffect(() => {
    document.title = 'Sign in · Sluice';
  }, []);
  useEffect(() => {
    // As an address, for it may hold a query of its own.
    if (session !== null && next !== undefined) router.history.replace(next);
  }, [session, next, router]);
  if (session !== null && next === undefined) return <Navigate to={paths.home} replace />;
  return (
    <main className="grid min-h-dvh content-center justify-items-center gap-6 px-4 py-10">
      <Logo />
      <div className="w-full max-w-sm rounded-lg border border-line bg-surface p-6 shadow-card">
        <h1 className="mb-5 text-xl font-semibold">Sign in</h1>
        <SignInForm label="Sign in" onSubmit={signIn} />
      </div>
      <p className="max-w-sm text-center text-xs text-soft">
        Sluice watches your buckets for new documents, has them processed, and accounts for every one of them.
      </p>
    </main>
  );
};

export default SignInPage;
