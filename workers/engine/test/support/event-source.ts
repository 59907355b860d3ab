import { createHash, createHmac, randomUUID } from 'node:crypto';
import { type Answer, at, call, stringAt } from '@sluice/testkit/api-client';
import { Webhook } from 'standardwebhooks';
import { b2SigningSecret } from '../../src/events/schemes.ts';

const path = (id: string) => `/api/events/s3/${id}`;

/** Issues the event secret of an integration and switches it to event mode. */
export const takeEvents = async (id: string, token: string): Promise<string> => {
  const issued = await call('POST', `/api/integrations/s3/${id}/event-secret`, { token });
  if (issued.status !== 201) throw new Error(`no event secret: ${issued.text}`);
  const switched = await call('PATCH', `/api/integrations/s3/${id}`, {
    token,
    body: { detectionMode: 'event' },
  });
  if (switched.status !== 200) throw new Error(`not switched: ${switched.text}`);
  return stringAt(issued.body, 'secret');
};

/** A notification of R2 about an object with this content. */
export const r2Event = (bucket: string, key: string, body: Buffer, more: object = {}) => ({
  account: '0123456789abcdef0123456789abcdef',
  action: 'PutObject',
  bucket,
  object: { key, size: body.length, eTag: createHash('md5').update(body).digest('hex') },
  eventTime: new Date().toISOString(),
  ...more,
});

interface Sent {
  readonly id?: string;
  readonly at?: Date;
}

/** Sends a delivery signed as Standard Webhooks says. */
export const send = (
  integrationId: string,
  secret: string,
  events: unknown,
  { id = randomUUID(), at: signedAt = new Date() }: Sent = {},
): Promise<Answer> => {
  const body = typeof events === 'string' ? events : JSON.stringify(events);
  return call('POST', path(integrationId), {
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(signedAt.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, signedAt, body),
    },
  });
};

/** Sends one with other headers. */
export const sendWith = (
  integrationId: string,
  events: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> => call('POST', path(integrationId), { body: JSON.stringify(events), headers });

export const b2Signature = (secret: string, events: unknown): Readonly<Record<string, string>> => ({
  'x-bz-event-notification-signature': `v1=${createHmac('sha256', b2SigningSecret(secret))
    .update(JSON.stringify(events))
    .digest('hex')}`,
});

/** How many events were refused, by reason, as the tenant sees it. */
export const refusals = async (id: string, token: string): Promise<Record<string, number>> => {
  const { body } = await call('GET', `/api/integrations/s3/${id}/events`, { token });
  const refused = at(body, 'refused') as { code: string; events: number }[];
  return Object.fromEntries(refused.map(({ code, events }) => [code, events]));
};

/** What was refused, in the words the tenant reads. */
export const refusalsInWords = async (id: string, token: string): Promise<string[]> => {
  const { body } = await call('GET', `/api/integrations/s3/${id}/events`, { token });
  return (at(body, 'refused') as { sentence: string }[]).map(({ sentence }) => sentence);
};
