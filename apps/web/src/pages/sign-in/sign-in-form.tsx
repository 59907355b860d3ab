import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { AuthError } from '../../app/auth-requests.ts';
import { Button } from '../../ui/actions/button.tsx';
import { Field, Input } from '../../ui/forms/field.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';

interface SignInFormProps {
  /** What the button says. */
  readonly label: string;
  /** A new password is being chosen: for password managers. */
  readonly isNew?: boolean;
  /** @throws AuthError when it is refused; its message is shown at the password. */
  readonly onSubmit: (email: string, password: string) => Promise<void>;
}

/** Address and password. */
export const SignInForm = ({ label, isNew = false, onSubmit }: SignInFormProps) => {
  const [email, setEmail] = useState('');
  const passwordRef = useRef<HTMLInputElement>(null);
  const attempt = useMutation({ mutationFn: (password: string) => onSubmit(email.trim(), password) });
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
          <Input
            {...control}
            ref={passwordRef}
            type="password"
            autoComplete={isNew ? 'new-password' : 'current-password'}
          />
        )}
      </Field>
      {attempt.error !== null && refused === undefined && <ErrorNotice error={attempt.error} />}
      <p role="alert" className="sr-only">
        {refused}
      </p>
      <Button type="submit" variant="primary" isBusy={attempt.isPending}>
        {label}
      </Button>
    </form>
  );
};
