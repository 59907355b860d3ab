import { type R2ReceiverNames, type S3Integration, SluiceError } from '@sluice/shared';
import { r2AccountOf } from '../r2-account.ts';

/** What a receiver is made from. */
export interface ReceiverTarget {
  readonly integrationId: string;
  readonly provider: S3Integration['provider'];
  readonly bucket: string;
  readonly endpoint: string | null;
  /** Empty, or ending in `/`. */
  readonly inputPrefix: string;
  /** Where deliveries of the integration's events go. */
  readonly eventsUrl: string;
}

/** Everything that is special about one integration's receiver. */
export interface Receiver {
  readonly names: R2ReceiverNames;
  readonly bucket: string;
  /** Null when the endpoint does not say, as behind a domain of the customer's. */
  readonly accountId: string | null;
  readonly jurisdiction: string | null;
  readonly eventsUrl: string;
  /** One notification rule each. R2 compares as written, and refuses rules that overlap. */
  readonly rules: readonly { readonly prefix: string; readonly suffix: string }[];
}

/** How files that are processed end. Other spellings are found by listing. */
const SUFFIXES = ['.pdf', '.PDF'] as const;

/**
 * Names of what the receiver consists of, the same every time: what is deployed twice is the same thing.
 *
 * @throws SluiceError `not_on_r2`
 */
export const receiverOf = (target: ReceiverTarget): Receiver => {
  const account = r2AccountOf(target.endpoint);
  if (target.provider !== 'r2' && account === null) throw new SluiceError('not_on_r2');
  return {
    names: receiverNames(target),
    bucket: target.bucket,
    accountId: account?.accountId ?? null,
    jurisdiction: account?.jurisdiction ?? null,
    eventsUrl: target.eventsUrl,
    rules: SUFFIXES.map((suffix) => ({ prefix: target.inputPrefix, suffix })),
  };
};

/** Cloudflare takes lower-case letters, digits and hyphens, up to 63. The id keeps integrations apart. */
const receiverNames = ({ bucket, integrationId }: ReceiverTarget): R2ReceiverNames => {
  const readable = bucket
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 30)
    .replaceAll(/^-+|-+$/g, '');
  const name = `sluice-r2-${readable === '' ? '' : `${readable}-`}${integrationId.slice(0, 8)}`;
  return { worker: name, queue: name, deadLetterQueue: `${name}-dlq` };
};
