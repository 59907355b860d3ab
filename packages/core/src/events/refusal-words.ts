import { ERROR_CATALOGUE, type EventHealth, type EventRefusal, type S3Integration } from '@sluice/shared';

type Provider = S3Integration['provider'];

/** What sends the events, as its owner calls it. */
const SENDERS: Record<Provider, string> = {
  aws_role: 'your EventBridge connection',
  aws_key: 'your EventBridge connection',
  r2: 'your forwarder',
  b2: 'the notification rule of your bucket',
  generic: 'your event source',
};

/** Where the present secret is set, so that what was signed with another is mended. */
const SECRET_REMEDIES: Record<Provider, string> = {
  aws_role: 'Deploy the stack of the event source again with the present secret as EventSecret.',
  aws_key: 'Deploy the stack of the event source again with the present secret as EventSecret.',
  r2: 'Did we set the forwarder up? Set it up again with a new secret (Events, or `newSecret: true`). Otherwise run `wrangler secret put EVENT_SOURCE_SECRET` in its folder with the present secret.',
  b2: 'Update the rule: `b2 bucket notification-rule update` with `--sign-secret` and the first 32 letters and digits of the present secret after `whsec_`.',
  generic: 'Set the present secret where the events come from.',
};

const NO_SECRET_LEFT = ' Nobody has it any more? Rotate the event secret and set the new one.';

/** What is wrong with the events, after "n events refused: ". */
const WORDS: Record<EventRefusal, (sender: string) => string> = {
  invalid_secret: (sender) => `${sender} signs with a secret that is not this integration’s`,
  retired_secret: (sender) => `${sender} still signs with the old secret`,
  bucket_mismatch: () => 'they are about another bucket, account or region',
  paused: () => 'the integration was not active',
  mode_mismatch: () => 'the integration polls its bucket',
  stale_timestamp: () => 'they were signed more than five minutes before or after our time',
  replayed: () => 'they had been received before',
  malformed: () => 'they are nothing that we understand',
};

/** Refused events in words, for whose move it is: what happened, and what to do at this provider. */
export const refusalInWords = (
  code: EventRefusal,
  events: number,
  provider: Provider,
): EventHealth['refused'][number] => {
  const { title, owner, remedy } = ERROR_CATALOGUE[code];
  const isAboutSecret = code === 'invalid_secret' || code === 'retired_secret';
  return {
    code,
    title,
    owner,
    remedy: isAboutSecret ? `${SECRET_REMEDIES[provider]}${NO_SECRET_LEFT}` : remedy,
    events,
    sentence: `${events} ${events === 1 ? 'event' : 'events'} refused: ${WORDS[code](SENDERS[provider])}.`,
  };
};
