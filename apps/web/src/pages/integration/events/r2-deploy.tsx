import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { ApiError, api, type components, isAnswer, unwrap } from '../../../app/api.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { Field, Input } from '../../../ui/forms/field.tsx';
import { announce } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Card } from '../card.tsx';
import { at, useIntegration } from '../queries.ts';
import { r2AccountOf } from '../r2-account.ts';
import { type Outcome, Steps } from './steps.tsx';

type Deployment = components['schemas']['R2Deployment'];
type Step = Deployment['steps'][number];
type Verb = 'deploy' | 'renew' | 'remove';

const NAMES: Readonly<Record<Step['name'], string>> = {
  queue: 'The queue for notifications',
  dead_letter_queue: 'The queue for what we refuse for good',
  rule: 'R2 tells of new files',
  worker: 'The Worker, with an event secret',
  consumer: 'The Worker takes from the queue',
  address: 'The address of the Worker',
};

const OUTCOMES: Readonly<Record<Step['outcome'], Outcome>> = {
  done: 'passed',
  unchanged: 'passed',
  failed: 'failed',
  not_tried: 'skipped',
};

const isVerb = (value: string): value is Verb => value === 'renew' || value === 'remove';

const titleOf = (verb: Verb, outcome: Deployment['outcome']): string => {
  if (outcome === 'unchanged') return 'There is no receiver in this account';
  if (verb === 'remove') {
    return outcome === 'done' ? 'The receiver is removed' : 'Not everything is removed yet';
  }
  return outcome === 'done' ? 'The receiver is set up' : 'The receiver is not whole yet';
};

interface ResultProps {
  readonly verb: Verb;
  readonly deployment: Deployment;
}

const Result = ({ verb, deployment: { outcome, steps, healthUrl } }: ResultProps) => (
  <section aria-labelledby="r2-result" className="grid gap-3">
    <h3 id="r2-result" className="font-semibold">
      {titleOf(verb, outcome)}
    </h3>
    <Steps
      label="Steps"
      steps={steps.map(({ name, outcome: came, detail, remedy, providerCodes }) => ({
        id: name,
        name: NAMES[name],
        outcome: OUTCOMES[came],
        text:
          providerCodes.length === 0 ? detail : `${detail} Cloudflare says \`${providerCodes.join(', ')}\`.`,
        remedy,
      }))}
    />
    <ul className="grid list-disc gap-1 pl-5">
      {outcome === 'failed' && <li>What is there stays. Mend it and do it again: it goes on from there.</li>}
      {outcome !== 'failed' && (
        <li>We kept the token nowhere. Revoke it in Cloudflare now, under My Profile → API Tokens.</li>
      )}
      {outcome === 'done' && healthUrl !== null && (
        <li className="breakable">
          Whether everything is connected: <a href={healthUrl}>{healthUrl}</a>
        </li>
      )}
    </ul>
  </section>
);

/** Sets the receiver up in the customer's account, or takes it back, with a token used for the one request. */
export const R2Deploy = () => {
  const integration = useIntegration();
  const { id } = integration;
  const client = useQueryClient();
  const [accountId, setAccountId] = useState(() => r2AccountOf(integration).accountId);
  const tokenRef = useRef<HTMLInputElement>(null);
  const [result, setResult] = useState<ResultProps | null>(null);
  const run = useMutation({
    // The token is read from its field, which is empty when the answer is there; no variable holds it.
    mutationFn: async (verb: Verb) => {
      const body = { accountId: accountId.trim(), apiToken: tokenRef.current?.value.trim() ?? '' };
      const sent = { ...at(id), body };
      const deployment = await unwrap(
        verb === 'remove'
          ? api.POST('/api/integrations/s3/{id}/setup/r2-receiver/remove', sent)
          : api.POST('/api/integrations/s3/{id}/setup/r2-receiver/deploy', {
              ...sent,
              body: { ...body, newSecret: verb === 'renew' },
            }),
      );
      setResult({ verb, deployment });
      announce(`${titleOf(verb, deployment.outcome)}.`);
    },
    onMutate: () => setResult(null),
    onSettled: (_, error) => {
      if (isAnswer(error) && tokenRef.current !== null) tokenRef.current.value = '';
      // Nobody waits for it: who sees the result may go on.
      void client.invalidateQueries({ queryKey: ['integration', id, 'event-secret'] });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { submitter } = event.nativeEvent as SubmitEvent;
    const value = submitter instanceof HTMLButtonElement ? submitter.value : '';
    if (!run.isPending) run.mutate(isVerb(value) ? value : 'deploy');
  };
  const wrong = (name: string): string | undefined =>
    run.error instanceof ApiError
      ? run.error.problem.errors?.find(({ field }) => field === name)?.message
      : undefined;
  const isNamed = wrong('accountId') !== undefined || wrong('apiToken') !== undefined;
  return (
    <Card
      title="Let us set it up in your Cloudflare account"
      about="Queues, notification rules, the Worker with an event secret, and its address, each step shown. Doing it again goes on where it stopped, and follows a change of bucket or folder."
    >
      <form onSubmit={submit} noValidate className="grid max-w-xl gap-4">
        <Field label="Account id" error={wrong('accountId')}>
          {(control) => (
            <Input
              {...control}
              value={accountId}
              className="font-mono"
              onChange={({ target }) => setAccountId(target.value)}
            />
          )}
        </Field>
        <Field
          label="API token"
          hint="With the permissions Queues: Edit, Workers R2 Storage: Edit and Workers Scripts: Edit. Used for this once, and kept nowhere."
          error={wrong('apiToken')}
        >
          {(control) => <Input {...control} ref={tokenRef} type="password" />}
        </Field>
        {run.error !== null && !isNamed && <ErrorNotice error={run.error} />}
        <div className="flex flex-wrap gap-3">
          <Button type="submit" variant="primary" isBusy={run.isPending && run.variables === 'deploy'}>
            Set it up
          </Button>
          <Button type="submit" value="renew" isBusy={run.isPending && run.variables === 'renew'}>
            Set it up with a new secret
          </Button>
          <Button type="submit" value="remove" isBusy={run.isPending && run.variables === 'remove'}>
            Take it back
          </Button>
        </div>
      </form>
      {result !== null && !run.isPending && (
        <div className="mt-5">
          <Result {...result} />
        </div>
      )}
    </Card>
  );
};
