/** How a delivery of events proves itself, for the OpenAPI document: each is enough by itself. */
export const EVENT_SECURITY_SCHEMES = {
  webhookSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description: 'Standard Webhooks, with `webhook-id` and `webhook-timestamp`.',
  },
  b2Signature: {
    type: 'apiKey',
    in: 'header',
    name: 'x-bz-event-notification-signature',
    description: 'The HMAC of Backblaze B2.',
  },
  eventSecret: {
    type: 'apiKey',
    in: 'header',
    name: 'x-api-key',
    description: 'The event secret itself, for senders that cannot sign.',
  },
  eventSecretBearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'The event secret itself, as a bearer token.',
  },
} as const;

/** Any one of them. */
export const eventSecurity = Object.keys(EVENT_SECURITY_SCHEMES).map((name) => ({ [name]: [] }));
