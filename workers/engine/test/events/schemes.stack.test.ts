import { createHmac } from 'node:crypto';
import type { EventDelivery } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { b2SigningSecret, claimOf } from '../../src/events/schemes.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

const delivery = (headers: EventDelivery['headers'], body = '{"test": 2432232314}'): EventDelivery => ({
  integrationId: crypto.randomUUID(),
  headers,
  body: new TextEncoder().encode(body),
  requestId: 'r',
});
const isProven = (given: EventDelivery, secret = SECRET) => claimOf(given)?.isProvenBy(secret);

/** As the specification and its libraries publish them. */
const VECTORS = [
  {
    secret: SECRET,
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    body: '{"test": 2432232314}',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  {
    secret: 'whsec_plJ3nmyCDGBKInavdOK15jsl',
    id: 'msg_loFOjxBNrRLzqYUf',
    timestamp: '1731705121',
    body: '{"event_type":"ping","data":{"success":true}}',
    signature: 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
  },
] as const;

describe('Standard Webhooks', () => {
  test.each(VECTORS)('the published vector $id', async ({ secret, id, timestamp, body, signature }) => {
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    const given = delivery(headers, body);
    expect(claimOf(given)).toMatchObject({ deliveryId: id, signedAtSeconds: Number(timestamp) });
    expect(await isProven(given, secret)).toBe(true);
    expect(await isProven(given, OTHER)).toBe(false);
    for (const changed of [
      { ...headers, 'webhook-id': `${id}x` },
      { ...headers, 'webhook-timestamp': String(Number(timestamp) + 1) },
      { ...headers, 'webhook-signature': signature.replace('v1,', 'v1a,') },
      { ...headers, 'webhook-signature': signature.slice(0, -2) },
      { ...headers, 'webhook-signature': 'v1,' },
    ]) {
      expect(await isProven(delivery(changed, body), secret)).toBe(false);
    }
    expect(await isProven(delivery(headers, `${body} `), secret)).toBe(false);
  });

  test('any of several signatures will do, as while a secret is rotated', async () => {
    const [vector] = VECTORS;
    const headers = { 'webhook-id': vector.id, 'webhook-timestamp': vector.timestamp };
    const signatures = ['v1a,xyz', 'v1,AAAA', vector.signature].join(' ');
    expect(await isProven(delivery({ ...headers, 'webhook-signature': signatures }))).toBe(true);
  });

  test('what lacks a header, or has one of another form, claims nothing', () => {
    const [{ id, timestamp, signature }] = VECTORS;
    const whole = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const) {
      const { [name]: _, ...rest } = whole;
      expect(claimOf(delivery(rest)), name).toBeNull();
    }
    for (const wrong of ['', '-1', '1e9', '16142653301614', 'now']) {
      expect(claimOf(delivery({ ...whole, 'webhook-timestamp': wrong })), wrong).toBeNull();
    }
    expect(claimOf(delivery({ ...whole, 'webhook-id': 'x'.repeat(257) }))).toBeNull();
  });
});

describe('Backblaze B2', () => {
  const sign = (secret: string, body: string) =>
    `v1=${createHmac('sha256', b2SigningSecret(secret)).update(body).digest('hex')}`;

  test('the HMAC of the body under the first 32 letters and digits of the secret', async () => {
    const secret = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`;
    expect(b2SigningSecret(secret)).toMatch(/^[A-Za-z0-9]{32}$/);
    const body = '{"events":[]}';
    const given = delivery({ 'x-bz-event-notification-signature': sign(secret, body) }, body);
    expect(await isProven(given, secret)).toBe(true);
    expect(await isProven(given, OTHER)).toBe(false);
    expect(await isProven({ ...given, body: new Uint8Array([0xff]) }, secret)).toBe(false);
  });

  test('every secret that we issue makes one that B2 takes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const secret = `whsec_${btoa(String.fromCharCode(...bytes))}`;
        // 43 characters of base64; not even one in 10^12 has twelve that are neither letter nor digit.
        fc.pre(secret.replaceAll(/[^A-Za-z0-9]/g, '').length >= 37);
        expect(b2SigningSecret(secret)).toMatch(/^[A-Za-z0-9]{32}$/);
      }),
    );
  });
});

describe('the secret itself', () => {
  test('as API key, bearer token or password, and nothing like it', async () => {
    expect(await isProven(delivery({ 'x-api-key': SECRET }))).toBe(true);
    expect(await isProven(delivery({ authorization: `Bearer ${SECRET}` }))).toBe(true);
    const basic = (text: string) => delivery({ authorization: `Basic ${btoa(text)}` });
    expect(await isProven(basic(`anybody:${SECRET}`))).toBe(true);
    expect(await isProven(basic(`anybody:${OTHER}`))).toBe(false);
    expect(await isProven(basic(`${SECRET}:`))).toBeUndefined();
    for (const sent of [OTHER, SECRET.slice(0, -1), `${SECRET}x`, SECRET.toLowerCase(), '']) {
      expect(await isProven(delivery({ 'x-api-key': sent })), sent).toBe(false);
    }
    expect(claimOf(delivery({ authorization: `Basic ${SECRET}` }))).toBeNull();
    expect(claimOf(delivery({}))).toBeNull();
  });

  test('a delivery that is signed is judged by its signature, whatever else it brings', async () => {
    const given = delivery({ 'x-api-key': SECRET, 'x-bz-event-notification-signature': 'v1=00' });
    expect(await isProven(given)).toBe(false);
  });
});
