import type { EventRefusal } from '@sluice/shared';
import type { EventSource } from '../ports/events.ts';
import { accountOfRole } from '../setup/events/event-target.ts';
import type { EventObject, ReadEvent } from './event-object.ts';

/** The events of a delivery, by what is to be done with them. Every event is in exactly one of the counts or in `objects`. */
export interface JudgedEvents {
  readonly objects: readonly EventObject[];
  readonly tests: number;
  readonly ignored: number;
  /** Earlier events of a key that a later one of the same delivery replaces. */
  readonly replaced: number;
  readonly refused: Partial<Record<EventRefusal, number>>;
}

/** Sorts what was read: by bucket, by input folder, and of each key only the last. */
export const judgeEvents = (
  { integration }: Pick<EventSource, 'integration'>,
  events: readonly ReadEvent[],
): JudgedEvents => {
  const latest = new Map<string, EventObject>();
  const counts = { tests: 0, ignored: 0, replaced: 0 };
  const refused: Partial<Record<EventRefusal, number>> = {};
  const refuse = (reason: EventRefusal): void => {
    refused[reason] = (refused[reason] ?? 0) + 1;
  };
  for (const event of events) {
    if (event.kind === 'malformed') refuse('malformed');
    else if (event.kind === 'test') counts.tests += 1;
    else if (event.kind === 'other') counts.ignored += 1;
    else if (!isOwnBucket(integration, event.object)) refuse('bucket_mismatch');
    else if (!event.object.key.startsWith(integration.inputPrefix)) counts.ignored += 1;
    else {
      const before = latest.get(event.object.key);
      if (before !== undefined) counts.replaced += 1;
      if (before === undefined || !isLater(before, event.object)) latest.set(event.object.key, event.object);
    }
  }
  return { objects: [...latest.values()], ...counts, refused };
};

/** Two accounts may each have a bucket of this name on R2; on AWS a name is one bucket, in one region. */
const isOwnBucket = (integration: EventSource['integration'], object: EventObject): boolean =>
  object.bucket === integration.bucket &&
  (object.r2Account === null || isOwnAccount(integration.endpoint, object.r2Account)) &&
  isOwnAwsAccount(integration.roleArn, object.awsAccount) &&
  (object.region === null || object.region === integration.region);

/** R2's endpoint begins with the account. An endpoint of another form does not say, as behind a domain of the customer's. */
const isOwnAccount = (endpoint: string | null, account: string): boolean => {
  const own = /^https:\/\/([0-9a-f]{32})\./i.exec(endpoint ?? '')?.[1];
  return own === undefined || own.toLowerCase() === account.toLowerCase();
};

/** The account of the role we assume. With an access key there is nothing to know it by. */
const isOwnAwsAccount = (roleArn: string | null, account: string | null): boolean => {
  const own = accountOfRole(roleArn);
  return own === null || account === null || own === account;
};

/** Whether `a` happened after `b`, both of one key. */
const isLater = (a: EventObject, b: EventObject): boolean => {
  if (a.sequencer !== null && b.sequencer !== null) {
    const length = Math.max(a.sequencer.length, b.sequencer.length);
    return a.sequencer.padEnd(length, '0') > b.sequencer.padEnd(length, '0');
  }
  return Date.parse(a.at) > Date.parse(b.at);
};
