import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { api, type components, isAnswer, once, unwrap } from '../../../app/api.ts';
import { mayEdit, useTenant } from '../../../app/tenants.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { Field, Input } from '../../../ui/forms/field.tsx';
import { Select } from '../../../ui/forms/select.tsx';
import { toast } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice, TroubleNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Card } from '../card.tsx';
import { at, useIntegration, useIntegrationId } from '../queries.ts';
import { credentialsQuery } from './credentials-query.ts';
import { CurrentKey, LastRotation, PreviousKey } from './key-facts.tsx';

type Test = components['schemas']['S3CredentialRotation']['test'];

const KEEP = [
  { hours: 24, label: 'For a day' },
  { hours: 168, label: 'For a week' },
  { hours: 0, label: 'Not at all: it has leaked' },
] as const;

const Refused = ({ test }: { readonly test: Test }) => (
  <div role="alert" className="grid grid-cols-1 gap-3">
    <p className="font-semibold">The new key was refused. Nothing has changed: the present one is in use.</p>
    {test.checks
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ name, message, owner, remedy, providerCode }) => (
        <TroubleNotice
          key={name}
          trouble={{
            title: message,
            owner: owner ?? 'customer_config',
            remedy: remedy ?? 'Mend it, then try again.',
            providerCode,
          }}
        />
      ))}
  </div>
);

/** Another key, from its fields to the API. It is kept nowhere: the fields are empty when the answer is there. */
const RotateForm = () => {
  const id = useIntegrationId();
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const keyId = useRef<HTMLInputElement>(null);
  const secret = useRef<HTMLInputElement>(null);
  const keep = useRef<HTMLSelectElement>(null);
  const [refused, setRefused] = useState<Test | null>(null);
  const rotate = useMutation({
    // Without variables: a mutation would remember them.
    mutationFn: async () => {
      const credentials = {
        accessKeyId: keyId.current?.value.trim() ?? '',
        secretAccessKey: secret.current?.value.trim() ?? '',
      };
      const keepOldFor = Number(keep.current?.value ?? 24);
      setRefused(null);
      const { outcome, test } = await unwrap(
        api.POST('/api/integrations/s3/{id}/credentials/rotation', {
          ...at(id),
          body: { credentials, keepOldFor },
          ...once,
        }),
      );
      if (outcome === 'refused') setRefused(test);
      else toast('The new key is in use.');
    },
    onSettled: (_, error) => {
      if (isAnswer(error)) form.current?.reset();
      return client.invalidateQueries({ queryKey: ['integration', id] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!rotate.isPending) rotate.mutate();
  };
  return (
    <form ref={form} onSubmit={submit} autoComplete="off" className="grid max-w-2xl gap-4">
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field label="Access key id">
          {(control) => <Input {...control} ref={keyId} className="font-mono" />}
        </Field>
        <Field label="Secret access key">
          {(control) => <Input {...control} ref={secret} type="password" className="font-mono" />}
        </Field>
      </div>
      <Field
        label="Keep the old key to fall back to"
        hint="While it is kept, a denial of the new one is answered by going back to it. Leave both valid at your provider."
      >
        {(control) => (
          <Select {...control} ref={keep} defaultValue="24" className="max-w-72">
            {KEEP.map(({ hours, label }) => (
              <option key={hours} value={hours}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {rotate.error !== null && <ErrorNotice error={rotate.error} />}
      {refused !== null && <Refused test={refused} />}
      <div>
        <Button type="submit" variant="primary" isBusy={rotate.isPending}>
          Test the new key and use it
        </Button>
      </div>
    </form>
  );
};

const KeysPage = () => {
  const tenant = useTenant();
  const { id, provider, roleArn } = useIntegration();
  const { data, error, refetch, isFetching } = useQuery(credentialsQuery(id));
  if (provider === 'aws_role') {
    return (
      <Card title="Signed in by a role" about="There is no key to rotate: your role lets us in.">
        <code className="breakable">{roleArn}</code>
      </Card>
    );
  }
  if (data === undefined) {
    return error === null ? (
      <Loading what="the keys">
        <Skeleton className="h-40 w-full" />
      </Loading>
    ) : (
      <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
    );
  }
  const isEditor = mayEdit(tenant);
  return (
    <div className="grid grid-cols-1 gap-5">
      <CurrentKey {...data} />
      {data.previous !== null && (
        <PreviousKey previous={data.previous} rotation={data.rotation} mayEdit={isEditor} />
      )}
      {data.rotation !== null && <LastRotation rotation={data.rotation} />}
      {isEditor && (
        <Card
          title={data.current === null ? 'Enter a key' : 'Rotate the key'}
          about="The new key is tested on your folders first. Only if it can do all the work is it used."
        >
          <RotateForm />
        </Card>
      )}
    </div>
  );
};

export default KeysPage;
