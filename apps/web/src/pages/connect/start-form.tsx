import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../ui/actions/button.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { startIntegration } from './draft.ts';

const CHOICES = [
  { id: 'everything', name: 'Everything that is there, and what comes' },
  { id: 'now', name: 'Only what comes from now on' },
] as const;

/** The last word: from when on, and go. */
export const StartForm = ({
  integrationId,
  onStarted,
}: {
  readonly integrationId: string;
  readonly onStarted: () => void;
}) => {
  const [from, setFrom] = useState<(typeof CHOICES)[number]['id']>('everything');
  const start = useMutation({
    mutationFn: () => startIntegration(integrationId, from),
    onSuccess: onStarted,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!start.isPending) start.mutate();
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <fieldset className="grid gap-2">
        <legend className="mb-1 font-semibold">What shall be processed?</legend>
        {CHOICES.map(({ id, name }) => (
          <label key={id} className="flex items-start gap-2.5">
            <input
              type="radio"
              name="from"
              checked={from === id}
              onChange={() => setFrom(id)}
              className="mt-1 size-4 accent-accent"
            />
            {name}
          </label>
        ))}
      </fieldset>
      {start.error !== null && <ErrorNotice error={start.error} />}
      <div>
        <Button type="submit" variant="primary" isBusy={start.isPending}>
          Start
        </Button>
      </div>
    </form>
  );
};
