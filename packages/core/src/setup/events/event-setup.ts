import type { EventSetup } from '@sluice/shared';
import { awsEventArtefacts, awsEventNotes } from './aws-events.ts';
import { b2EventArtefacts, b2EventNotes } from './b2-events.ts';
import type { EventTarget } from './event-target.ts';
import { genericEventArtefacts, genericEventNotes } from './generic-events.ts';

/** What to set up where the events of an integration come from. Pure, and without the secret. */
export const eventSetup = (target: EventTarget): EventSetup => {
  const { provider, eventsUrl } = target;
  switch (provider) {
    case 'aws_role':
    case 'aws_key':
      return {
        provider,
        eventsUrl,
        artefacts: awsEventArtefacts(target),
        notes: awsEventNotes(target),
      };
    case 'b2':
      return { provider, eventsUrl, artefacts: b2EventArtefacts(target), notes: b2EventNotes() };
    case 'generic':
      return { provider, eventsUrl, artefacts: genericEventArtefacts(target), notes: genericEventNotes() };
    case 'r2':
      return {
        provider,
        eventsUrl,
        artefacts: [],
        notes: [
          'R2 puts its notifications into a queue of your account. A Worker of yours takes them from there and sends them to this address: `GET …/setup/r2-receiver` makes it.',
        ],
      };
  }
};
