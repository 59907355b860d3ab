import { useMutation } from '@tanstack/react-query';
import { Navigate, useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { AuthError } from '../../app/auth-requests.ts';
import { paths } from '../../app/paths.ts';
import { signIn, useSession } from '../../app/session.ts';
import { Logo } from '../../app/shell/logo.tsx';
import { Button } from '../../ui/actions/button.tsx';
import { Field, Input } from '../../ui/forms/field.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';

const SignInForm = () => {
  const [email, setEmail] = useState('');
  const passwordRef = useRef<HTMLInputElement>(null);
  const attempt = useMutation({
    mutationFn: (password: string) => signIn(email.trim(), password),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const field = passwordRef.current;
    if (field === null || attempt.isPending) return;
    attempt.mutate(field.value, { onError: () => field.select() });
  };
  const refused = attempt.error instanceof AuthError ? attempt.error.message : undefined;
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field label="Email">
        {(control) => (
          <Input
            {...control}
            type="email"
            autoComplete="username"
            value={email}
            onChange={({ target }) => setEmail(target.value)}
          />
        )}
      </Field>
      <Field label="Password" error={refused}>
        {(control) => (
          <Input {...control} ref={passwordRef} type="password" autoComplete="current-password" />
        )}
      </Field>
      {attempt.error !== null && refused === undefined && <ErrorNotice error={attempt.error} />}
      <p role="alert" className="sr-only">
        {refused}
      </p>
      <Button type="submit" variant="primary" isBusy={attempt.isPending}>
        Sign in
      </Button>
    </form>
  );
};

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
        <SignInForm />
      </div>
      <p className="max-w-sm text-center text-xs text-soft">
        Sluice watches your buckets for new documents, has them processed, and accounts for every one of them.
      </p>
    </main>
  );
};

export default SignInPage;
