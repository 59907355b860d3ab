import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ApiError, api, type components, unwrap } from '../../../app/api.ts';
import { Time } from '../../../format/time.tsx';
import { Button } from '../../../ui/actions/button.tsx';
import { announce } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Card } from '../card.tsx';
import { at, useIntegration } from '../queries.ts';
import { type StepShown, Steps } from './steps.tsx';

type Test = components['schemas']['S3EventTest'];
type Kind = Test['kind'];

/** While something is waited for. */
const WAITING_MS = 1_000;

const NOTHING = { outcome: 'waiting', text: '' } as const;

/**
 * The way of an event, step by step. An event is in the ledger only after it was received and its signature was right, in one write: so
 * these two come together.
 */
const stepsOf = ({ kind, steps }: Test): readonly StepShown[] => {
  const step = (wanted: string) => steps.find(({ name }) => name === wanted) ?? NOTHING;
  const [written, arrived, removed] = [step('written'), step('arrived'), step('removed')];
  const isThere = arrived.outcome === 'passed';
  return [
    {
      id: 'sent',
      name: kind === 'probe' ? 'A test object is put into your folder' : 'A delivery of our own is sent',
      outcome: written.outcome,
      text: written.text,
    },
    {
      id: 'received',
      name: 'Its event is received, and its signature is right',
      outcome: arrived.outcome,
      text: arrived.text,
    },
    {
      id: 'recorded',
      name: 'It is recorded',
      outcome: arrived.outcome === 'failed' ? 'skipped' : arrived.outcome,
      text: isThere
        ? 'In the ledger, as a test. A document would be queued now; a test is never processed.'
        : 'Comes with the event.',
    },
    {
      id: 'removed',
      name: 'The test object is deleted again',
      outcome: removed.outcome,
      text: removed.text,
    },
  ];
};

/** How the test stands, in words. Deleting comes after, and may take minutes. */
const titleOf = ({ kind, outcome, steps, isOvertaken }: Test): string => {
  if (isOvertaken) return 'The integration was changed after the test had begun';
  if (kind === 'probe' && steps.some((step) => step.name === 'written' && step.outcome === 'failed'))
    return 'The test object could not be written';
  const hasArrived = steps.some((step) => step.name === 'arrived' && step.outcome === 'passed');
  if (hasArrived)
    return outcome === 'failed' ? 'Events arrive; the test object is still there' : 'Events arrive';
  return outcome === 'failed' ? 'The event did not arrive' : 'Waiting for the event';
};

/** Deleting goes on after it is known whether the event arrived. */
const isUnderWay = ({ steps }: Test): boolean => steps.some(({ outcome }) => outcome === 'waiting');

const Result = ({ test }: { readonly test: Test }) => {
  const { id, startedAt, arrivedAfterMs, kind } = test;
  const title = titleOf(test);
  useEffect(() => announce(`${title}.`), [title]);
  return (
    <section aria-labelledby={`test-${id}`} className="grid gap-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 id={`test-${id}`} className="font-semibold">
          {title}
          {kind === 'probe' && arrivedAfterMs !== null && (
            <span className="numeric font-normal text-soft">
              {' '}
              after {(arrivedAfterMs / 1000).toFixed(1)} s
            </span>
          )}
        </h3>
        <p className="text-xs text-soft">
          Begun <Time at={startedAt} />
        </p>
      </div>
      <Steps label="Steps of the test" steps={stepsOf(test)} />
    </section>
  );
};

/** Tries whether events arrive: the whole way, or our part of it alone. */
export const EventTest = ({ mayEdit }: { readonly mayEdit: boolean }) => {
  const { id, detectionMode, status } = useIntegration();
  const client = useQueryClient();
  const queryKey = ['integration', id, 'event-test'];
  const { data, error, refetch, isFetching } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      try {
        return await unwrap(api.GET('/api/integrations/s3/{id}/events/test', { ...at(id), signal }));
      } catch (thrown) {
        // Nobody has tested yet.
        if (thrown instanceof ApiError && thrown.problem.status === 404) return null;
        throw thrown;
      }
    },
    refetchInterval: ({ state }) => (state.data != null && isUnderWay(state.data) ? WAITING_MS : false),
  });
  const start = useMutation({
    mutationFn: async (kind: Kind) => {
      const begun = await unwrap(
        api.POST('/api/integrations/s3/{id}/events/test', { ...at(id), body: { kind } }),
      );
      client.setQueryData(queryKey, begun);
    },
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
  const isReady = detectionMode === 'event' && status === 'active';
  const isWaiting = data != null && isUnderWay(data);
  return (
    <Card
      title="Test it"
      about="Puts a small object into your folder, waits a minute for its event, and deletes it again: the whole way, from your bucket to us."
      action={
        mayEdit &&
        isReady && (
          <Button isBusy={start.isPending || isWaiting} onClick={() => start.mutate('probe')}>
            Send a test event
          </Button>
        )
      }
    >
      <div className="grid grid-cols-1 gap-4">
        {!isReady && (
          <p className="text-soft">
            {status === 'active'
              ? 'Listen to events first: what comes before is refused.'
              : 'Only an active integration takes events in.'}
          </p>
        )}
        {start.error !== null && <ErrorNotice error={start.error} />}
        {data === undefined ? (
          error === null ? (
            <Loading what="the last test">
              <Skeleton className="h-12 w-full" />
            </Loading>
          ) : (
            <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
          )
        ) : (
          data !== null && <Result test={data} />
        )}
        {mayEdit && isReady && data?.outcome === 'failed' && !data.isOvertaken && (
          <p className="flex flex-wrap items-center gap-3">
            <Button
              size="small"
              isBusy={start.isPending || isWaiting}
              onClick={() => start.mutate('self_delivery')}
            >
              Test our part alone
            </Button>
            <span className="text-xs text-soft">
              We send a signed delivery to ourselves. If that arrives, what is missing lies on your side.
            </span>
          </p>
        )}
      </div>
    </Card>
  );
};
