import { expect, test } from 'vitest';
import { isSignedWith } from './webhook-receiver.ts';

/** The example Standard Webhooks publishes for implementations to check themselves with. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const EVENT = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  body: '{"test": 2432232314}',
  signatures: ['v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
  headers: {},
};
const THEN = 1_614_265_330_000;

test('the receiver of the tests verifies as the specification says', () => {
  expect(isSignedWith(SECRET, EVENT, THEN)).toBe(true);
  expect(isSignedWith(SECRET, { ...EVENT, signatures: ['v1,AAAA', ...EVENT.signatures] }, THEN)).toBe(true);
  expect(isSignedWith(SECRET, { ...EVENT, body: '{"test":2432232314}' }, THEN)).toBe(false);
  expect(isSignedWith(SECRET, { ...EVENT, id: 'msg_other' }, THEN)).toBe(false);
  expect(isSignedWith(SECRET, { ...EVENT, signatures: ['v2,g0hM9SsE'] }, THEN)).toBe(false);
  expect(isSignedWith(SECRET, EVENT, THEN + 301_000)).toBe(false);
});
