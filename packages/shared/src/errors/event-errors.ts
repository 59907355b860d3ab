import { entry } from './entry.ts';

/** Why a delivery of events was refused. Lost events lose no file: the next sweep finds it. */
export const eventErrors = {
  invalid_secret: entry(
    401,
    'customer_config',
    false,
    'The event is not signed with a valid secret of the integration',
    'Set the event secret shown when it was issued or last rotated where the events come from (`wrangler secret put EVENT_SOURCE_SECRET`, the API key of the EventBridge connection, or the signing secret of the rule), or issue a new one.',
  ),
  retired_secret: entry(
    401,
    'customer_config',
    false,
    'The event is signed with an event secret that is valid no longer',
    'Set the present event secret where the events come from, or rotate it and set the new one.',
  ),
  event_test_running: entry(
    409,
    'client',
    true,
    'A test of the events is under way',
    'Wait for its end: two minutes at most, unless its object cannot be deleted.',
  ),
  event_test_overtaken: entry(
    409,
    'client',
    false,
    'The integration was changed before the test had begun',
    'Nothing was written. Test again when the integration is active and in event mode.',
  ),
  event_test_left_behind: entry(
    409,
    'client',
    false,
    'Another bucket was connected during the test',
    'What was written for the test lies in the bucket before. Test again when the integration is active and in event mode.',
  ),
  receiver_busy: entry(
    409,
    'client',
    true,
    'The receiver is being set up or taken back by somebody already',
    'Wait for its end, at most two minutes if it was cut short, then do it again. What is there stays.',
  ),
  bucket_mismatch: entry(
    422,
    'customer_config',
    false,
    'The event is about another bucket',
    'Send events of this integration’s own bucket to its address, and those of other buckets to theirs.',
  ),
  paused: entry(
    409,
    'customer_config',
    true,
    'The integration is not active',
    'Activate it to take events in again. What arrives meanwhile is found then.',
  ),
  mode_mismatch: entry(
    409,
    'customer_config',
    true,
    'The integration polls its bucket and takes no events',
    'Switch it to event mode, or stop sending events.',
  ),
  stale_timestamp: entry(
    400,
    'customer_config',
    true,
    'The event was signed too long ago',
    'Sign each attempt anew with the present time, and check the clock of the sender: five minutes are allowed.',
  ),
  replayed: entry(
    409,
    'client',
    false,
    'The delivery was received before',
    'Nothing to do: it was recorded then and had no effect again.',
  ),
  malformed: entry(
    400,
    'customer_config',
    false,
    'The body is no event that we understand',
    'Send the event as the provider made it: R2, EventBridge, Backblaze B2 or S3 `Records`, as JSON.',
  ),
} as const;
