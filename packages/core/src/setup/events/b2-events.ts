import type { SetupArtefact } from '@sluice/shared';
import { commands, jsonArtefact, shellWord } from '../setup-target.ts';
import { ASK_SECRET, type EventTarget, eventNameOf } from './event-target.ts';

const EVENT_TYPES = 'b2:ObjectCreated:*';

/** B2 takes 32 letters and digits as a signing secret: the first of ours, after `whsec_`. */
const SIGNING_SECRET = `$(printf %s "$EVENT_SECRET" | sed 's/^whsec_//' | tr -dc 'A-Za-z0-9' | cut -c 1-32)`;

export const b2EventArtefacts = (target: EventTarget): SetupArtefact[] => {
  const name = eventNameOf(target);
  return [
    commands('Create the rule with the b2 command line tool', [
      ASK_SECRET,
      `b2 bucket notification-rule create --event-type ${shellWord(EVENT_TYPES)} --webhook-url ${shellWord(target.eventsUrl)} --sign-secret "${SIGNING_SECRET}" ${shellWord(`b2://${target.bucket}/${target.inputPrefix}`)} ${name}`,
    ]),
    jsonArtefact('event_rule', 'The rule, for b2_set_bucket_notification_rules', 'sluice-event-rule.json', {
      name,
      eventTypes: [EVENT_TYPES],
      isEnabled: true,
      objectNamePrefix: target.inputPrefix,
      targetConfiguration: {
        targetType: 'webhook',
        url: target.eventsUrl,
        hmacSha256SigningSecret: 'THE_FIRST_32_LETTERS_AND_DIGITS_AFTER_WHSEC',
      },
    }),
  ];
};

export const b2EventNotes = (): string[] => [
  'Event notifications of B2 have to be switched on for your account by Backblaze. The key that creates the rule needs readBucketNotifications and writeBucketNotifications.',
  'b2_set_bucket_notification_rules replaces all rules of the bucket: add this one to those that b2_get_bucket_notification_rules shows.',
  'Rules of one bucket for the same kind of event must not have prefixes one inside the other.',
  'B2 sends no ETag, so for each event we ask the bucket for its object (one HEAD, class B).',
  'After a rotation of the event secret update the rule: `b2 bucket notification-rule update` with `--sign-secret`.',
];
