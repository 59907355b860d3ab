import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef } from 'react';
import { isAnswer } from '../../app/api.ts';
import { Button } from '../../ui/actions/button.tsx';
import { Field, Input } from '../../ui/forms/field.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import type { ProviderChoice } from './providers.ts';

interface CredentialsFormProps {
  readonly words: NonNullable<ProviderChoice['key']>;
  readonly submitLabel: string;
  /** Sends them. They are kept nowhere: not in state, not in a query. */
  readonly send: (credentials: { accessKeyId: string; secretAccessKey: string }) => Promise<void>;
}

/** A key, from its fields to the API: the fields are empty when the answer is there, and hold what was typed when none came. */
export const CredentialsForm = ({ words, submitLabel, send }: CredentialsFormProps) => {
  const form = useRef<HTMLFormElement>(null);
  const keyId = useRef<HTMLInputElement>(null);
  const secret = useRef<HTMLInputElement>(null);
  const sending = useMutation({
    // Without variables: a mutation would remember them.
    mutationFn: async () => {
      const credentials = {
        accessKeyId: keyId.current?.value.trim() ?? '',
        secretAccessKey: secret.current?.value.trim() ?? '',
      };
      await send(credentials);
    },
    onSettled: (_, error) => {
      if (isAnswer(error)) form.current?.reset();
    },
    onError: () => keyId.current?.focus(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!sending.isPending) sending.mutate();
  };
  return (
    <form ref={form} onSubmit={submit} className="grid gap-4" autoComplete="off">
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field label={words.id} hint="As your provider shows it.">
          {(control) => <Input {...control} ref={keyId} className="font-mono" />}
        </Field>
        <Field label={words.secret} hint="Sealed when it arrives; nobody sees it again.">
          {(control) => <Input {...control} ref={secret} type="password" className="font-mono" />}
        </Field>
      </div>
      {sending.error !== null && <ErrorNotice error={sending.error} />}
      <div>
        <Button type="submit" variant="primary" isBusy={sending.isPending}>
          {submitLabel}
        </Button>
      </div>
    </form>
  );
};
