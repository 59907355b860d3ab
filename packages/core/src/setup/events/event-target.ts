import type { SetupTarget } from '../setup-target.ts';

/** What the setup of an event source is made from. */
export interface EventTarget
  extends Pick<
    SetupTarget,
    'provider' | 'bucket' | 'region' | 'endpoint' | 'inputPrefix' | 'outputPrefix' | 'roleArn'
  > {
  /** Of the integration. */
  readonly id: string;
  /** Where its events are sent to: `https://…/api/events/s3/<id>`. */
  readonly eventsUrl: string;
}

/** What is set up for one integration is called so everywhere: 6 to 63 letters, digits and hyphens. */
export const eventNameOf = ({ id }: Pick<EventTarget, 'id'>): string => `sluice-events-${id.slice(0, 8)}`;

/** The twelve digits of the account a role lies in; null without a role. */
export const accountOfRole = (roleArn: string | null): string | null =>
  /^arn:aws[a-z-]*:iam::(\d{12}):/.exec(roleArn ?? '')?.[1] ?? null;

/** Takes the secret from the keyboard, so that it stands in no history of commands. */
export const ASK_SECRET = "printf 'Event secret: '; stty -echo; read -r EVENT_SECRET; stty echo";
