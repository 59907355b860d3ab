import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Navigate, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { components } from '../../app/api.ts';
import { paths } from '../../app/paths.ts';
import { PageHeader } from '../../app/shell/page-header.tsx';
import { mayEdit, useTenant } from '../../app/tenants.ts';
import { Button } from '../../ui/actions/button.tsx';
import { toast } from '../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { CheckList } from './check-list.tsx';
import { CredentialsForm } from './credentials-form.tsx';
import { type ConnectionTest, draftQuery, replaceCredentials, storeCredentials } from './draft.ts';
import { DryRunPanel } from './dry-run-panel.tsx';
import { useLiveTest } from './live-test.ts';
import { PermissionsPanel } from './permissions.tsx';
import { choiceOf } from './providers.ts';
import { StartForm } from './start-form.tsx';
import { Step } from './step.tsx';

type Draft = components['schemas']['S3IntegrationWithLedger'];

const placeOf = ({ bucket, inputPrefix, outputPrefix }: Draft) => (
  <span className="breakable">
    <code>
      {bucket}/{inputPrefix}
    </code>
    , results to <code>{outputPrefix}</code>
  </span>
);

/** From a draft to a running integration. What has been reached is derived of the draft, so it can be left and taken up again. */
const DraftSteps = ({ draft }: { readonly draft: Draft }) => {
  const { id, tenantId, name, provider } = draft;
  const navigate = useNavigate();
  const client = useQueryClient();
  const { key } = choiceOf(provider);
  const refresh = () => client.invalidateQueries({ queryKey: draftQuery(id).queryKey, exact: true });
  const [test, setTest] = useState<ConnectionTest | null>(draft.lastTest);
  const [isReplacing, setReplacing] = useState(false);
  const { testing, progress } = useLiveTest(id, (made) => {
    setTest(made);
    void refresh();
  });
  const runTest = () => {
    setTest(null);
    testing.mutate();
  };
  // A role has no key to enter: that it is there shows in the test.
  const isIn = key === null ? test !== null || !testing.isIdle : draft.credentialsStored;
  const isPassed = test?.outcome === 'passed';
  const state = (isDone: boolean, isReached: boolean) => (isDone ? 'done' : isReached ? 'now' : 'ahead');
  return (
    <ol>
      <Step number={1} title="Choose the bucket" state="done" summary={placeOf(draft)} />
      <Step
        number={2}
        title="Let us in"
        state={state(isIn, true)}
        summary={
          isIn
            ? key === null
              ? 'By the role.'
              : `By the key that ends in ${draft.accessKeyHint ?? '…'}.`
            : 'Allow this at your provider, and no more.'
        }
      >
        {!isIn && (
          <div className="grid grid-cols-1 gap-6">
            <PermissionsPanel integrationId={id} />
            {key === null ? (
              <div>
                <Button variant="primary" onClick={runTest}>
                  The role is there: test it
                </Button>
              </div>
            ) : (
              <CredentialsForm
                words={key}
                submitLabel="Save and test"
                send={async (credentials) => {
                  await storeCredentials(id, credentials);
                  runTest();
                  await refresh();
                }}
              />
            )}
          </div>
        )}
      </Step>
      <Step number={3} title="Test the connection" state={state(isPassed, isIn)}>
        {testing.error === null ? (
          (test !== null || testing.isPending) && <CheckList test={test} progress={progress} />
        ) : (
          <ErrorNotice error={testing.error} />
        )}
        {!testing.isPending && !isPassed && (
          <div className="mt-4 grid grid-cols-1 gap-4">
            <div className="flex flex-wrap gap-2">
              <Button variant="primary" onClick={runTest}>
                {test === null ? 'Test' : 'Test again'}
              </Button>
              {key !== null && test !== null && !isReplacing && (
                <Button onClick={() => setReplacing(true)}>Enter another key</Button>
              )}
            </div>
            {key !== null && isReplacing && (
              <CredentialsForm
                words={key}
                submitLabel="Test this key"
                send={async (credentials) => {
                  const made = await replaceCredentials(id, credentials);
                  setTest(made);
                  if (made.outcome === 'passed') setReplacing(false);
                  await refresh();
                }}
              />
            )}
            {test !== null && (
              <details>
                <summary className="font-semibold">Show the permissions again</summary>
                <div className="mt-3">
                  <PermissionsPanel integrationId={id} />
                </div>
              </details>
            )}
          </div>
        )}
      </Step>
      <Step
        number={4}
        title="See what would happen"
        state={state(isPassed, isPassed)}
        {...(isPassed ? { summary: 'A dry run: your folder is listed, nothing is processed.' } : {})}
      >
        <DryRunPanel integrationId={id} />
      </Step>
      <Step number={5} title="Start" state={isPassed ? 'now' : 'ahead'}>
        <StartForm
          integrationId={id}
          onStarted={() => {
            toast(`“${name}” is at work.`);
            void client.invalidateQueries({ queryKey: ['integrations', tenantId] });
            void navigate({ to: paths.integrations(tenantId) });
          }}
        />
      </Step>
    </ol>
  );
};

const DraftPage = () => {
  const tenant = useTenant();
  const { integrationId = '' }: { integrationId?: string } = useParams({ strict: false });
  const { data: draft, error, refetch, isFetching } = useQuery(draftQuery(integrationId));
  if (draft !== undefined && !mayEdit(tenant)) {
    return <Navigate to={paths.integrations(tenant.id)} replace />;
  }
  return (
    <>
      <PageHeader title={draft === undefined ? 'Connect a bucket' : `Connect ${draft.name}`}>
        Nothing is processed before you say so. You can leave and go on later.
      </PageHeader>
      {error !== null ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
      ) : draft === undefined ? (
        <Loading what="the draft">
          <Skeleton className="h-8 w-64" />
          <Skeleton className="mt-6 h-72 w-full" />
        </Loading>
      ) : (
        <DraftSteps key={draft.id} draft={draft} />
      )}
    </>
  );
};

export default DraftPage;
