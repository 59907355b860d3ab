import { formatCount } from '../../../format/format.ts';
import { Time, useNow } from '../../../format/time.tsx';
import { TroubleNotice } from '../../../ui/states/error-notice.tsx';
import { standingOf } from '../../integrations/integration.ts';
import { Card, Fact, Facts } from '../card.tsx';
import { type Integration, useIntegration } from '../queries.ts';

const sentenceOf = (integration: Integration): string => {
  const { status, polling, holdUp, detectionMode } = integration;
  const { note, trouble } = standingOf(integration);
  if (trouble !== null) {
    if (status !== 'active') return 'It is not connected yet.';
    return holdUp !== null && polling?.lastError == null
      ? 'The bucket keeps us waiting, so its documents wait too. We go on trying; none of them is lost.'
      : 'The last look at the bucket did not succeed. We go on trying; nothing that was found is lost.';
  }
  if (status === 'active' && polling?.lastCompletedAt != null) {
    return detectionMode === 'event'
      ? 'Your bucket tells us of new documents as they come, and we list it now and then to be sure.'
      : 'We look for new documents every few minutes, process them and write the results back.';
  }
  return note ?? '';
};

const NextLook = ({ status, at }: { readonly status: Integration['status']; readonly at: string | null }) => {
  const now = useNow();
  if (status !== 'active') return 'None while it is not running';
  const atMs = Date.parse(at ?? '');
  // An instant that is none: it is looked at when something asks for it.
  if (at === null || Number.isNaN(atMs)) return 'When something asks for it';
  return atMs <= now ? 'Any moment' : <Time at={at} ahead />;
};

const Looks = ({ polling, status }: Integration) => (
  <>
    <Fact
      name="Last look"
      note={
        polling?.lastListedObjects == null
          ? undefined
          : `${formatCount(polling.lastListedObjects)} objects listed`
      }
    >
      {polling?.lastCompletedAt == null ? 'Not yet' : <Time at={polling.lastCompletedAt} />}
    </Fact>
    <Fact name="Next look">
      <NextLook status={status} at={polling?.nextPollAt ?? null} />
    </Fact>
  </>
);

const LastTest = ({ lastTest }: Integration) => {
  if (lastTest === null) return <Fact name="Connection test">Not tested as it stands</Fact>;
  const { outcome, checks, testedAt } = lastTest;
  const warnings = checks.filter((check) => check.outcome === 'warning').length;
  return (
    <Fact name="Connection test" note={<Time at={testedAt} />}>
      {outcome === 'failed' ? 'Failed' : warnings === 0 ? 'Passed' : `Passed, ${warnings} to look at`}
    </Fact>
  );
};

/** How the integration stands, in words, and whose move it is. */
export const StatusCard = () => {
  const integration = useIntegration();
  const { label, trouble, tone } = standingOf(integration);
  return (
    <Card title={label} about={sentenceOf(integration)}>
      {trouble !== null && (
        <div className="mb-5">
          <TroubleNotice trouble={trouble} tone={tone === 'bad' ? 'bad' : 'warn'} />
        </div>
      )}
      <Facts>
        <Looks {...integration} />
        <Fact name="How documents are found">
          {integration.detectionMode === 'event' ? 'By events' : 'By listing'}
        </Fact>
        <LastTest {...integration} />
      </Facts>
    </Card>
  );
};
