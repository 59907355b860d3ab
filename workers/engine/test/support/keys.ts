import { at, call } from '@sluice/testkit/api-client';
import type { Identity } from '@sluice/testkit/fake-s3';
import { type Fault, faults } from '@sluice/testkit/fake-s3';
import { expect } from 'vitest';

/** A key pair nobody else has. */
export const newKey = (): Identity => ({
  accessKeyId: `AKIA${crypto.randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase()}`,
  secretAccessKey: `secret/${crypto.randomUUID()}+`,
});

/** Whether a request was signed with the key, in its header or in its link. */
export const isSignedWith = (
  { accessKeyId }: Identity,
  request: { readonly target: string; readonly headers: Readonly<Record<string, string>> },
): boolean =>
  (request.headers['authorization'] ?? '').includes(`Credential=${accessKeyId}/`) ||
  request.target.includes(`X-Amz-Credential=${accessKeyId}`);

/** A fault for what is signed with one key. */
export const onKey =
  (key: Identity, fault: Fault): Fault =>
  (request, proceed) =>
    isSignedWith(key, request) ? fault(request, proceed) : proceed();

/** The provider does not know the key any more. */
export const deleted = (key: Identity): Fault =>
  onKey(key, faults.fails(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist'));

/** `POST /:id/credentials/rotation`; the answer. */
export const rotate = async (id: string, token: string, credentials: Identity, more: object = {}) => {
  const answer = await call('POST', `/api/integrations/s3/${id}/credentials/rotation`, {
    token,
    body: { credentials, ...more },
  });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};

/** `GET /:id/credentials`. */
export const readCredentials = async (id: string, token: string): Promise<unknown> => {
  const answer = await call('GET', `/api/integrations/s3/${id}/credentials`, { token });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};

export const outcomeOf = (rotated: unknown): unknown => at(rotated, 'outcome');
