import { receiverFiles, receiverOf } from '@sluice/core';
import { type Answer, apiUrl, at, call, newIntegration, newTenant } from '@sluice/testkit/api-client';
import { type FakeAccount, openFakeAccount } from '@sluice/testkit/fake-cloudflare';
import type { Pool } from 'pg';
import { expect, inject } from 'vitest';
import { park } from './fixtures.ts';

export const BUCKET = 'acme-documents';

/** An account of Cloudflare's, with a token that may do everything that is needed. */
export const newAccount = async (given: Partial<FakeAccount> = {}) => {
  const apiToken = `token-${crypto.randomUUID()}`;
  const account = await openFakeAccount(inject('cloudflareUrl'), {
    buckets: [BUCKET],
    tokens: { [apiToken]: ['queues', 'r2', 'scripts'] },
    ...given,
  });
  return { ...account, apiToken };
};

/** An integration of a bucket in such an account. */
export const newR2World = async (sql: Pool, given: Partial<FakeAccount> = {}) => {
  const account = await newAccount(given);
  const { apiToken } = account;
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const id = await newIntegration(tenant, {
    provider: 'r2',
    bucket: BUCKET,
    accountId: account.id,
    endpoint: undefined,
    region: undefined,
    inputPrefix: 'incoming/',
    outputPrefix: 'accessible/',
  });
  await park(sql, id);
  const path = `/api/integrations/s3/${id}/setup/r2-receiver`;
  const post = async (verb: string, body: object = { accountId: account.id, apiToken }): Promise<Answer> => {
    const answer = await call('POST', `${path}/${verb}`, { token, body });
    expect(answer.text).not.toContain(apiToken);
    expect(answer.text).not.toContain('whsec_');
    return answer;
  };
  const receiver = receiverFiles(
    receiverOf({
      integrationId: id,
      provider: 'r2',
      bucket: BUCKET,
      endpoint: `https://${account.id}.r2.cloudflarestorage.com`,
      inputPrefix: 'incoming/',
      eventsUrl: `${apiUrl()}/api/events/s3/${id}`,
    }),
  );
  return {
    account,
    apiToken,
    tenant,
    token,
    id,
    path,
    receiver,
    deploy: () => post('deploy'),
    remove: () => post('remove'),
    post,
    change: async (body: object): Promise<void> => {
      const changed = await call('PATCH', `/api/integrations/s3/${id}`, { token, body });
      expect(changed.status, changed.text).toBe(200);
    },
    /** What Sluice says of events that come with the Worker's secret: it polls, so `mode_mismatch` once the secret is right. */
    answerToWorker: async (): Promise<unknown> => {
      const { scripts } = await account.read();
      const sent = await fetch(`${apiUrl()}/api/events/s3/${id}`, {
        method: 'POST',
        headers: {
          'x-api-key': scripts[receiver.names.worker]?.secrets['EVENT_SOURCE_SECRET'] ?? '',
          'content-type': 'application/json',
        },
        body: '[]',
      });
      return at(await sent.json(), 'code');
    },
    secretVersions: async (): Promise<number> =>
      (
        at(
          (await call('GET', `/api/integrations/s3/${id}/event-secret`, { token })).body,
          'items',
        ) as unknown[]
      ).length,
  };
};

export const outcomes = ({ body }: Answer): Record<string, unknown> =>
  Object.fromEntries((at(body, 'steps') as unknown[]).map((step) => [at(step, 'name'), at(step, 'outcome')]));

export const failure = ({ body }: Answer): unknown =>
  (at(body, 'steps') as unknown[]).find((step) => at(step, 'outcome') === 'failed');
