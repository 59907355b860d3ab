import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError, api, once, unwrap } from '../../app/api.ts';
import { Button } from '../../ui/actions/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Field, Input } from '../../ui/forms/field.tsx';
import { Select } from '../../ui/forms/select.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { fieldOf, requestOf } from './place-request.ts';
import { choiceOf, PROVIDERS, type Provider, type ProviderChoice } from './providers.ts';

const FOLDERS = { inputPrefix: 'inbox/', outputPrefix: 'accessible/' } as const;

const Providers = ({
  chosen,
  onChoose,
}: {
  readonly chosen: Provider | null;
  readonly onChoose: (provider: Provider) => void;
}) => (
  <fieldset>
    <legend className="mb-2 font-semibold">Where is the bucket?</legend>
    <div className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
      {PROVIDERS.map(({ id, name, summary }) => (
        <label
          key={id}
          className={cx(
            'flex gap-3 rounded-lg border bg-surface p-3.5 transition-colors hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
            chosen === id ? 'border-accent ring-1 ring-accent' : 'border-control',
          )}
        >
          <input
            type="radio"
            name="provider"
            value={id}
            checked={chosen === id}
            onChange={() => onChoose(id)}
            className="mt-1 size-4 shrink-0 accent-accent outline-none"
          />
          <span>
            <span className="block font-semibold">{name}</span>
            <span className="block text-xs text-soft">{summary}</span>
          </span>
        </label>
      ))}
    </div>
  </fieldset>
);

type Values = Readonly<Record<string, string>>;

const initialOf = ({ fields }: ProviderChoice): Values => ({
  ...FOLDERS,
  ...Object.fromEntries(fields.map(({ id, value = '' }) => [id, value])),
});

/** Which bucket, and which folders of it. Connecting it makes a draft: nothing is touched yet. */
export const PlaceForm = ({
  tenantId,
  onCreated,
}: {
  readonly tenantId: string;
  readonly onCreated: (id: string) => void;
}) => {
  const [provider, setProvider] = useState<Provider | null>(null);
  const [values, setValues] = useState<Values>({ ...FOLDERS });
  const [attempt] = useState(() => crypto.randomUUID());
  const create = useMutation({
    mutationFn: (chosen: Provider) =>
      unwrap(
        api.POST('/api/integrations/s3', { body: requestOf(chosen, { tenantId, values, attempt }), ...once }),
      ),
    onSuccess: ({ id }) => onCreated(id),
  });
  const set = (id: string) => (event: { readonly target: { readonly value: string } }) =>
    setValues((before) => ({ ...before, [id]: event.target.value }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (provider !== null && !create.isPending) create.mutate(provider);
  };
  const named = create.error instanceof ApiError ? (create.error.problem.errors ?? []) : [];
  const errorOf = (id: string): string | undefined =>
    named.find(({ field }) => fieldOf(field) === id)?.message;
  const choice = provider === null ? null : choiceOf(provider);
  return (
    <form onSubmit={submit} className="grid gap-6">
      <Providers
        chosen={provider}
        onChoose={(chosen) => {
          setProvider(chosen);
          setValues((before) => ({ ...initialOf(choiceOf(chosen)), ...pick(before, ['bucket', 'name']) }));
          create.reset();
        }}
      />
      {choice !== null && (
        <>
          <div className="grid items-start gap-4 sm:grid-cols-2">
            <Field label="Bucket" hint="Its name alone." error={errorOf('bucket')}>
              {(control) => <Input {...control} value={values['bucket'] ?? ''} onChange={set('bucket')} />}
            </Field>
            {choice.fields.map((field) => (
              <PlaceField
                key={field.id}
                field={field}
                value={values[field.id] ?? ''}
                error={errorOf(field.id)}
                onChange={set(field.id)}
              />
            ))}
            <Field
              label="Folder to watch"
              isOptional
              hint="Empty for the whole bucket."
              error={errorOf('inputPrefix')}
            >
              {(control) => (
                <Input {...control} value={values['inputPrefix'] ?? ''} onChange={set('inputPrefix')} />
              )}
            </Field>
            <Field label="Folder for results" hint="Beside it, not inside." error={errorOf('outputPrefix')}>
              {(control) => (
                <Input {...control} value={values['outputPrefix'] ?? ''} onChange={set('outputPrefix')} />
              )}
            </Field>
            <Field label="What to call it" isOptional hint="Else the bucket's name." error={errorOf('name')}>
              {(control) => <Input {...control} value={values['name'] ?? ''} onChange={set('name')} />}
            </Field>
          </div>
          {create.error !== null && <ErrorNotice error={create.error} />}
          <div>
            <Button type="submit" variant="primary" isBusy={create.isPending}>
              Continue
            </Button>
          </div>
        </>
      )}
    </form>
  );
};

const pick = (values: Values, ids: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([id]) => ids.includes(id)));

interface PlaceFieldProps {
  readonly field: ProviderChoice['fields'][number];
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (event: { readonly target: { readonly value: string } }) => void;
}

const PlaceField = ({ field, value, error, onChange }: PlaceFieldProps) => {
  const { id, label, hint, placeholder, options, suggestions, isOptional = false } = field;
  return (
    <Field label={label} hint={hint} error={error} isOptional={isOptional}>
      {(control) =>
        options === undefined ? (
          <>
            <Input
              {...control}
              value={value}
              onChange={onChange}
              placeholder={placeholder}
              list={suggestions === undefined ? undefined : `${control.id}-list`}
            />
            {suggestions !== undefined && (
              <datalist id={`${control.id}-list`}>
                {suggestions.map((one) => (
                  <option key={one} value={one} />
                ))}
              </datalist>
            )}
          </>
        ) : (
          <Select id={control.id} value={value} onChange={onChange} name={id}>
            {options.map((one) => (
              <option key={one.value} value={one.value}>
                {one.label}
              </option>
            ))}
          </Select>
        )
      }
    </Field>
  );
};
