import type { EventDelivery } from '@sluice/shared';
import { Webhook } from 'standardwebhooks';

/** What a delivery claims, and how a secret would have to prove it. */
export interface Claim {
  readonly deliveryId: string | null;
  readonly signedAtSeconds: number | null;
  /** Whether it was made with this secret (`whsec_…`). In constant time. */
  readonly isProvenBy: (secret: string) => Promise<boolean>;
}

/** The claim by which a delivery is judged, by what headers it has; null when it claims nothing. */
export const claimOf = (delivery: EventDelivery): Claim | null =>
  standardWebhooks(delivery) ?? backblaze(delivery) ?? sharedSecret(delivery);

/** https://www.standardwebhooks.com: HMAC-SHA256 of id, time and body. Several signatures while a secret is rotated. */
const standardWebhooks = ({ headers, body }: EventDelivery): Claim | null => {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (id === undefined || timestamp === undefined || signatures === undefined) return null;
  // Of another form it cannot have been signed as it should, and must not take up memory either.
  if (!/^[\x21-\x7e]{1,256}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return null;
  const signedAtSeconds = Number(timestamp);
  const passed = signatures
    .split(' ')
    .slice(0, 10)
    .filter((signature) => signature.startsWith('v1,'));
  const text = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(body);
  return {
    deliveryId: id,
    signedAtSeconds,
    isProvenBy: async (secret) => {
      const expected = new Webhook(secret).sign(id, new Date(signedAtSeconds * 1000), text);
      const isEqual = await Promise.all(passed.map((signature) => equals(signature, expected)));
      return isEqual.includes(true);
    },
  };
};

/** Backblaze B2: HMAC-SHA256 of the body alone, `v1=` and hexadecimal. */
const backblaze = ({ headers, body }: EventDelivery): Claim | null => {
  const signature = headers['x-bz-event-notification-signature'];
  if (signature === undefined) return null;
  return {
    deliveryId: null,
    signedAtSeconds: null,
    isProvenBy: async (secret) => {
      const key = await hmacKey(new TextEncoder().encode(b2SigningSecret(secret)), 'sign');
      const hmac = new Uint8Array(await crypto.subtle.sign('HMAC', key, new Uint8Array(body)));
      const hex = [...hmac].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      return equals(signature.toLowerCase(), `v1=${hex}`);
    },
  };
};

/** B2 takes 32 letters and digits as the secret of a rule: the first of ours, after `whsec_`. */
export const b2SigningSecret = (secret: string): string =>
  secret
    .replace(/^whsec_/, '')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 32);

/** The secret itself, as an API key (EventBridge), bearer token (MinIO and others) or password (Ceph). */
const sharedSecret = ({ headers }: EventDelivery): Claim | null => {
  const sent = headers['x-api-key'] ?? bearerOf(headers.authorization ?? '');
  if (sent === undefined) return null;
  return { deliveryId: null, signedAtSeconds: null, isProvenBy: (secret) => equals(sent, secret) };
};

/** A bearer token; or the password of Basic, whose user may be anybody: Ceph has no other way to send one. */
const bearerOf = (authorization: string): string | undefined => {
  const [, scheme, value = ''] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? [];
  if (scheme?.toLowerCase() !== 'basic') return scheme === undefined ? undefined : value;
  try {
    return /^[^:]*:(.+)$/.exec(atob(value))?.[1];
  } catch {
    return undefined;
  }
};

/** Compares in time that depends on neither: under a key that is made for it, only equal texts have equal MACs. */
const equals = async (a: string, b: string): Promise<boolean> => {
  const key = await hmacKey(crypto.getRandomValues(new Uint8Array(32)), 'sign', 'verify');
  const encoder = new TextEncoder();
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(a));
  return crypto.subtle.verify('HMAC', key, mac, encoder.encode(b));
};

const hmacKey = (bytes: Uint8Array, ...usages: ('sign' | 'verify')[]) =>
  crypto.subtle.importKey('raw', new Uint8Array(bytes), { name: 'HMAC', hash: 'SHA-256' }, false, usages);
