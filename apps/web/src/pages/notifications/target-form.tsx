import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { ApiError } from '../../app/api.ts';
import { Button } from '../../ui/actions/button.tsx';
import { Field, Input } from '../../ui/forms/field.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';

interface TargetFields {
  readonly name: string;
  readonly url: string;
}

interface TargetFormProps {
  readonly submitLabel: string;
  readonly initial?: TargetFields;
  readonly send: (fields: TargetFields) => Promise<void>;
  readonly onCancel: () => void;
}

const textOf = (data: FormData, name: string): string => {
  const value = data.get(name);
  return typeof value === 'string' ? value.trim() : '';
};

/** What a server is called and where it takes events. */
export const TargetForm = ({ submitLabel, initial, send, onCancel }: TargetFormProps) => {
  const sending = useMutation({ mutationFn: send });
  const errors = sending.error instanceof ApiError ? (sending.error.problem.errors ?? []) : [];
  const errorOf = (field: string) => errors.find((one) => one.field === field)?.message;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    if (!sending.isPending) sending.mutate({ name: textOf(data, 'name'), url: textOf(data, 'url') });
  };
  return (
    <form onSubmit={submit} className="grid max-w-2xl gap-4">
      <Field label="Name" hint="What you call it." error={errorOf('name')}>
        {(control) => <Input {...control} name="name" defaultValue={initial?.name} maxLength={200} />}
      </Field>
      <Field label="Address" hint="Where your server takes events, by POST." error={errorOf('url')}>
        {(control) => (
          <Input
            {...control}
            name="url"
            type="url"
            defaultValue={initial?.url}
            placeholder="https://hooks.example.com/sluice"
            className="font-mono"
          />
        )}
      </Field>
      {sending.error !== null && <ErrorNotice error={sending.error} />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" isBusy={sending.isPending}>
          {submitLabel}
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
};
