import { type FormEvent, type ReactNode, useState } from 'react';
import { ApiError } from '../../../app/api.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { toast } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Card } from '../card.tsx';
import { type Changes, type Integration, useChange, useIntegration } from '../queries.ts';

interface EditFormProps {
  readonly title: string;
  readonly about: ReactNode;
  readonly submitLabel: string;
  readonly saved: string;
  /** The fields as they stand, and what the API said of them. */
  readonly fields: (base: Integration, errorOf: (field: string) => string | undefined) => ReactNode;
  /** What the form asks to change; nothing when all is as it was. */
  readonly changesOf: (data: FormData, base: Integration) => Changes;
}

/** The text of a field of a form. */
export const textOf = (data: FormData, name: string): string => {
  const value = data.get(name);
  return typeof value === 'string' ? value.trim() : '';
};

interface InnerProps extends EditFormProps {
  readonly onReset: () => void;
}

/** Holds the integration as it was when the form was opened: what somebody else changes meanwhile does not move under the reader. */
const Inner = ({ title, about, submitLabel, saved, fields, changesOf, onReset }: InnerProps) => {
  const [base] = useState(useIntegration());
  const [isUnchanged, setUnchanged] = useState(false);
  const change = useChange(base, () => {
    toast(saved);
    onReset();
  });
  const problem = change.error instanceof ApiError ? change.error.problem : null;
  const errorOf = (field: string) => problem?.errors?.find((one) => one.field === field)?.message;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const changes = changesOf(new FormData(event.currentTarget), base);
    const isSame = Object.keys(changes).length === 0;
    setUnchanged(isSame);
    if (!isSame && !change.isPending) change.mutate(changes);
  };
  return (
    <Card title={title} about={about}>
      <form onSubmit={submit} className="grid max-w-2xl gap-4">
        {fields(base, errorOf)}
        {change.error !== null && <ErrorNotice error={change.error} />}
        <div className="flex flex-wrap items-center gap-3">
          {problem?.code === 'edit_conflict' ? (
            <Button variant="primary" onClick={onReset}>
              Show what stands now
            </Button>
          ) : (
            <Button type="submit" isBusy={change.isPending}>
              {submitLabel}
            </Button>
          )}
          <p role="status" className="text-soft">
            {isUnchanged && 'Nothing is changed.'}
          </p>
        </div>
      </form>
    </Card>
  );
};

/** A form over the integration: sends what is changed, refused when somebody else edited it meanwhile. */
export const EditForm = (props: EditFormProps) => {
  const [generation, setGeneration] = useState(0);
  return <Inner key={generation} {...props} onReset={() => setGeneration(generation + 1)} />;
};
