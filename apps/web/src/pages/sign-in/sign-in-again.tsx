import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useRef } from 'react';
import { AuthError } from '../../app/auth-requests.ts';
import { signIn, signOut } from '../../app/session.ts';
import { Button } from '../../ui/actions/button.tsx';
import { Field, Input } from '../../ui/forms/field.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';

/** Over the page whose session ended: what was typed there stays, and is there when somebody has signed in again. */
const SignInAgain = ({ email }: { readonly email: string }) => {
  const formId = useId();
  const passwordRef = useRef<HTMLInputElement>(null);
  const attempt = useMutation({ mutationFn: (password: string) => signIn(email, password) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const field = passwordRef.current;
    if (field === null || attempt.isPending) return;
    attempt.mutate(field.value, { onError: () => field.select() });
  };
  const refused = attempt.error instanceof AuthError ? attempt.error.message : undefined;
  const leave = () => void signOut();
  return (
    <Dialog
      title="Sign in again"
      isDismissable={false}
      onClose={leave}
      actions={
        <>
          <Button onClick={leave}>Leave this page</Button>
          <Button type="submit" form={formId} variant="primary" isBusy={attempt.isPending}>
            Sign in
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="grid grid-cols-1 gap-4">
        <p>
          Your session has ended. What you typed is still there: sign in as{' '}
          <strong className="breakable font-semibold">{email}</strong> and go on.
        </p>
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <Field label="Password" error={refused}>
          {(control) => (
            <Input {...control} ref={passwordRef} type="password" autoComplete="current-password" />
          )}
        </Field>
        {attempt.error !== null && refused === undefined && <ErrorNotice error={attempt.error} />}
        <p role="alert" className="sr-only">
          {refused}
        </p>
      </form>
    </Dialog>
  );
};

export default SignInAgain;
