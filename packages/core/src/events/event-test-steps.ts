import {
  ERROR_CATALOGUE,
  EVENT_TEST_SECONDS,
  type EventTest,
  isErrorCode,
  type S3Integration,
} from '@sluice/shared';

/** A test as the database knows it. Times are ISO 8601. */
export interface StoredEventTest {
  readonly id: string;
  readonly kind: EventTest['kind'];
  readonly key: string;
  readonly startedAt: string;
  readonly writtenAt: string | null;
  readonly removedAt: string | null;
  readonly endedAt: string | null;
  /** Since when no event of it is taken in: the integration was edited, stopped or put into poll mode. */
  readonly overtakenAt: string | null;
  readonly errorCode: string | null;
  readonly errorDetail: string | null;
  /** When its event was recorded. */
  readonly arrivedAt: string | null;
}

type Step = EventTest['steps'][number];

/** Where to look when no event came. */
const LOOK_AT: Record<S3Integration['provider'], string> = {
  aws_role:
    'See that the bucket sends its events to EventBridge, that the rule is enabled in the region of the bucket and covers the input folder, and what waits in the dead-letter queue.',
  aws_key:
    'See that the bucket sends its events to EventBridge, that the rule is enabled in the region of the bucket and covers the input folder, and what waits in the dead-letter queue.',
  r2: 'See that the queue has one name in the queue itself, in the notification rule of the bucket and in the forwarder, and that the rule covers the input folder.',
  b2: 'See that the notification rule is enabled and not suspended, and that its prefix covers the input folder.',
  generic:
    'See that the notification of the bucket covers the input folder, and that the server can reach the address its events are sent to.',
};

/** What of a test has happened, is waited for and failed, in words; of an integration as it is now. */
export const eventTestSteps = (
  test: StoredEventTest,
  { provider, inputPrefix }: Pick<S3Integration, 'provider' | 'inputPrefix'>,
  nowMs: number,
): EventTest => {
  const arrivedAfterMs =
    test.arrivedAt === null || test.writtenAt === null
      ? null
      : Math.max(0, Date.parse(test.arrivedAt) - Date.parse(test.writtenAt));
  const change = changeOf(test, inputPrefix, nowMs);
  const steps = [
    written(test),
    arrived(test, { provider, change, nowMs, afterMs: arrivedAfterMs }),
    removed(test),
  ];
  const outcomes = steps.map(({ outcome }) => outcome);
  return {
    id: test.id,
    kind: test.kind,
    key: test.key,
    startedAt: test.startedAt,
    outcome: outcomes.includes('failed') ? 'failed' : outcomes.includes('waiting') ? 'waiting' : 'passed',
    isOvertaken: change !== null,
    arrivedAfterMs,
    steps,
  };
};

/** The name of the object of a test, within the input folder. */
const NAME = 'sluice-event-test-';

/** Whether the integration was changed so that a test says nothing of its events now, and whether it looks elsewhere since. */
const changeOf = (
  { key, startedAt, writtenAt, arrivedAt, overtakenAt, errorCode }: StoredEventTest,
  inputPrefix: string,
  nowMs: number,
): 'moved' | 'overtaken' | null => {
  if (errorCode === LEFT_BEHIND || !key.startsWith(`${inputPrefix}${NAME}`)) return 'moved';
  if (errorCode === OVERTAKEN) return 'overtaken';
  if (arrivedAt !== null || overtakenAt === null) return null;
  return isTimeOver(writtenAt ?? startedAt, Math.min(nowMs, Date.parse(overtakenAt))) ? null : 'overtaken';
};

const isTimeOver = (since: string, nowMs: number): boolean =>
  nowMs - Date.parse(since) >= EVENT_TEST_SECONDS * 1000;

const saying = ({ errorCode, errorDetail }: StoredEventTest): string => {
  const { title, remedy } =
    ERROR_CATALOGUE[isErrorCode(errorCode ?? '') ? (errorCode as 'internal') : 'internal'];
  return `${title}${errorDetail === null ? '' : ` (${errorDetail})`}. ${remedy}`;
};

/** Another bucket was connected: what was written, or may have been, cannot be deleted by us any more. */
const LEFT_BEHIND = 'event_test_left_behind';

/** The integration was changed before anything was written. */
const OVERTAKEN = 'event_test_overtaken';

/** Of a change of the integration, and not of what the bucket said. */
const CHANGED: ReadonlySet<string | null> = new Set([OVERTAKEN, LEFT_BEHIND]);

const written = (test: StoredEventTest): Step => {
  const { kind, key, writtenAt, errorCode, endedAt } = test;
  const name = 'written';
  if (writtenAt !== null)
    return {
      name,
      outcome: 'passed',
      at: writtenAt,
      text: kind === 'probe' ? `We put ${key} into the bucket.` : 'We sent a delivery of our own.',
    };
  if (errorCode === null && endedAt === null)
    return { name, outcome: 'waiting', at: null, text: 'About to be written.' };
  if (kind === 'self_delivery' || CHANGED.has(errorCode))
    return { name, outcome: 'failed', at: endedAt, text: saying(test) };
  return {
    name,
    outcome: 'failed',
    at: endedAt,
    text: `The object of the test could not be put into the input folder: ${saying(test)} We do not need to write there otherwise: allow writing and deleting of names that begin with "${key.slice(0, key.lastIndexOf(NAME))}${NAME}" for this test, put a PDF there yourself and see when its event came, or use the kind "self_delivery", which proves only that we receive.`,
  };
};

const arrived = (
  { kind, writtenAt, arrivedAt, startedAt, endedAt, overtakenAt }: StoredEventTest,
  {
    provider,
    change,
    nowMs,
    afterMs,
  }: {
    readonly provider: S3Integration['provider'];
    readonly change: ReturnType<typeof changeOf>;
    readonly nowMs: number;
    readonly afterMs: number | null;
  },
): Step => {
  const name = 'arrived';
  if (arrivedAt !== null && change === null)
    return {
      name,
      outcome: 'passed',
      at: arrivedAt,
      text:
        kind === 'probe'
          ? `Its event arrived after ${afterMs ?? 0} ms: the whole way works.`
          : 'It was received and recorded. That proves our part alone, not what sends your events.',
    };
  if (writtenAt === null && endedAt !== null)
    return { name, outcome: 'skipped', at: null, text: 'There was nothing to wait for.' };
  if (change !== null)
    return {
      name,
      outcome: 'failed',
      at: overtakenAt,
      text:
        change === 'moved'
          ? 'The integration was edited and looks into another bucket or folder since. That says nothing of your events: test again when it is active and in event mode.'
          : 'The integration was edited, stopped or taken out of event mode before an event came, and takes none in since. That says nothing of your events: test again when it is active and in event mode.',
    };
  if (!isTimeOver(writtenAt ?? startedAt, overtakenAt === null ? nowMs : Date.parse(overtakenAt)))
    return { name, outcome: 'waiting', at: null, text: 'No event yet.' };
  return {
    name,
    outcome: 'failed',
    at: null,
    text: `No event in ${EVENT_TEST_SECONDS} seconds. Files are found all the same, when the bucket is listed. ${LOOK_AT[provider]} If events of it were refused, how your events fare says why.`,
  };
};

const removed = (test: StoredEventTest): Step => {
  const { kind, key, writtenAt, removedAt, endedAt, errorCode } = test;
  const name = 'removed';
  if (removedAt !== null)
    return { name, outcome: 'passed', at: removedAt, text: 'The object was deleted again.' };
  if (kind === 'self_delivery' || (writtenAt === null && endedAt !== null && errorCode !== LEFT_BEHIND))
    return { name, outcome: 'skipped', at: null, text: 'There was nothing to delete.' };
  if (endedAt === null)
    return {
      name,
      outcome: 'waiting',
      at: null,
      text: 'It is deleted within two minutes of the event, or of the end of waiting.',
    };
  return { name, outcome: 'failed', at: endedAt, text: `Delete ${key} yourself: ${saying(test)}` };
};
