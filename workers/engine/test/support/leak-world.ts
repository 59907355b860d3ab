import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createTenant, pollUntil, type Stack, startTemporaryStack } from '@sluice/testkit';
import { stringAt } from '@sluice/testkit/api-client';
import { type FakeCloudflare, startFakeCloudflare } from '@sluice/testkit/fake-cloudflare';
import type { FakeS3, Identity } from '@sluice/testkit/fake-s3';
import { type Canary, everyRow, findLeaks } from '@sluice/testkit/leaks';
import { newKeyring } from '@sluice/vault';
import { expect } from 'vitest';
import { INPUT, OUTPUT } from './customer.ts';

/** A stack of its own, because only who starts a stack hears what its Workers log. Its engine has been given a new key. */
export interface LeakWorld {
  readonly stack: Stack;
  readonly cloudflare: FakeCloudflare;
  /** Every line that any part has logged. */
  readonly lines: readonly string[];
  readonly oldKeyring: string;
  /** The keys that seal, and the passwords of the stack itself. */
  readonly platformSecrets: readonly Canary[];
  readonly stop: () => Promise<void>;
}

export async function startLeakWorld(): Promise<LeakWorld> {
  const lines: string[] = [];
  const oldKeyring = newKeyring();
  const keyring = newKeyring(oldKeyring);
  const cloudflare = await startFakeCloudflare();
  const stack = await startTemporaryStack({
    logLevel: 'debug',
    log: ({ message }) => lines.push(message),
    workers: {
      extraVars: { 'sluice-engine': { VAULT_KEYRING: keyring, CLOUDFLARE_API_URL: cloudflare.url } },
      tapsQueues: true,
    },
  });
  const { keys } = JSON.parse(keyring) as { keys: Record<string, string> };
  return {
    stack,
    cloudflare,
    lines,
    oldKeyring,
    platformSecrets: [
      ...Object.entries(keys).map(([version, secret]) => ({ name: `sealing key ${version}`, secret })),
      { name: 'the service-role key', secret: stack.secretKey },
      ...Object.entries(stack.databaseUrls).map(([role, url]) => ({
        name: `the password of ${role}`,
        secret: new URL(url).password,
      })),
    ],
    stop: async () => {
      await stack.stop();
      await cloudflare.stop();
    },
  };
}

export const canary = (kind: string): string => `${kind}${crypto.randomUUID().replaceAll('-', '')}`;
export const newIdentity = (): Identity => ({
  accessKeyId: canary('AKIACANARY'),
  secretAccessKey: canary('Canary/Secret+'),
});

/** A tenant that calls the API, and everything it was answered. */
export const newCaller = async ({ stack }: LeakWorld) => {
  const tenant = await createTenant(stack);
  const { accessToken } = tenant.owner;
  const answers: string[] = [];
  const callAs = async (token: string, method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${stack.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said = await response.text();
    answers.push(said);
    return said === '' ? null : JSON.parse(said);
  };
  const call = (method: string, path: string, body?: unknown) => callAs(accessToken, method, path, body);
  return {
    tenant,
    accessToken,
    answers,
    callAs,
    call,
    /** What is shown once, by this answer and no other. */
    reveal: async (path: string, field: string, body?: unknown): Promise<string> => {
      const answer = await call('POST', path, body);
      const secret = stringAt(answer, field);
      expect(answers.pop()).toContain(secret);
      return secret;
    },
    integration: (fake: FakeS3, credentials: Identity) => ({
      tenantId: tenant.id,
      name: 'Canary',
      provider: 'generic',
      bucket: 'bucket',
      endpoint: fake.endpoint,
      inputPrefix: INPUT,
      outputPrefix: OUTPUT,
      credentials,
    }),
    /** A poll of the integration, and the sweeps after it, until it and its objects are as wanted. */
    poll: async (id: string, isEnough: (seen: unknown) => boolean): Promise<void> => {
      const path = `/api/integrations/s3/${id}`;
      // Its own only: other tests live in the same database.
      await stack.sql.query(
        'update public.s3_poll_states set next_poll_at = now() where integration_id = $1',
        [id],
      );
      await stack.tick('*/2 * * * *');
      await pollUntil(
        async () => {
          await stack.sql.query(
            `update public.s3_processed_objects set due_at = now()
             where integration_id = $1 and lease_id is null and due_at > now() and (state = 'found' or (state = 'staged' and reason is not null))`,
            [id],
          );
          await stack.tick('* * * * *');
          return isEnough({
            integration: await call('GET', path),
            page: await call('GET', `${path}/objects`),
            credentials: await call('GET', `${path}/credentials`),
          });
        },
        { what: 'the work of a poll', timeoutMs: 120_000, intervalMs: 100 },
      );
    },
  };
};

/** A customer's server; what it is sent, headers and body. */
export const startReceiver = async () => {
  const sent: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      sent.push(JSON.stringify(request.headers) + (await text(request)));
      response.writeHead(204).end();
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { sent, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
};

/**
 * None of the canaries is in what was logged, in what was answered or sent, or in any row, whatever it was written as.
 * @param told what customers and their servers were told
 * @param decoy no secret, and everywhere: a search that does not find it finds nothing
 * @param queues all that messages travelled through, by name
 */
export async function expectNowhere(
  { stack, lines }: LeakWorld,
  canaries: readonly Canary[],
  told: readonly string[],
  decoy: string,
  queues: readonly string[],
): Promise<void> {
  const messages = lines.filter((line) => line.includes('message_tapped'));
  const places = [
    { name: 'the log', text: lines.filter((line) => !messages.includes(line)).join('\n') },
    ...messages.map((message) => ({ name: `the message ${message}`, text: message })),
    ...told.map((answer) => ({ name: `the answer ${answer.slice(0, 200)}`, text: answer })),
    ...(await everyRow(stack.sql)),
  ];
  const found = findLeaks([{ name: 'the decoy', secret: decoy }], places).join('\n');
  for (const place of ['the log', 'the message', 'the answer', 'row of public.', 'row of private.']) {
    expect(found).toContain(`the decoy is in ${place}`);
  }
  expect(findLeaks(canaries, places)).toEqual([]);
  // Every queue was tapped; and it takes messages of its form only, ids and nothing else: any other would have been logged.
  for (const queue of queues)
    expect(
      messages.some((message) => message.includes(`"${queue}"`)),
      `a message of ${queue}`,
    ).toBe(true);
  expect(lines.join('\n')).not.toContain('malformed_message');
}
