import { randomBytes } from 'node:crypto';
import { apiUrl, at, call, newDraft, newTenant } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, type FakeS3, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSql, park } from '../support/fixtures.ts';

/** A connection test that is watched: each check is told when it has ended, and not before the next has. */

const sql = openSql();
const BUCKET = 'customer-bucket';

let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: [BUCKET] });
});
afterAll(() => fake.stop());

const drafted = async () => {
  const tenant = await newTenant();
  const folder = randomBytes(6).toString('hex');
  fake.bucket(BUCKET).put(`${folder}/in/a.pdf`, Buffer.from('%PDF-1.7'), {}, Date.now());
  const id = await newDraft(tenant, {
    bucket: BUCKET,
    endpoint: fake.endpoint,
    region: 'us-east-1',
    credentials: FAKE_IDENTITY,
    inputPrefix: `${folder}/in/`,
    outputPrefix: `${folder}/out/`,
  });
  await park(sql, id);
  return { folder, path: `/api/integrations/s3/${id}`, token: tenant.owner.accessToken };
};

interface Event {
  readonly type: string;
  readonly checks?: readonly string[];
  readonly check?: { readonly name: string; readonly outcome: string };
  readonly test?: { readonly checks: readonly { readonly name: string }[] };
}

/** The events of a stream as they come. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Event> {
  let rest = '';
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as Event;
  }
  expect(rest).toBe('');
}

const watching = ({ path, token }: { path: string; token: string }) =>
  fetch(`${apiUrl()}${path}/test-connection/watch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });

test('what has ended is told while the rest still runs, and the end is what is stored', async () => {
  const draft = await drafted();
  const { promise: mayWrite, resolve: letWrite } = Promise.withResolvers<undefined>();
  fake.addFault((request, proceed) =>
    request.operation === 'PutObject' && request.key.startsWith(draft.folder)
      ? faults.waits(mayWrite)(request, proceed)
      : proceed(),
  );
  const { body } = await watching(draft);
  if (body === null) throw new Error('no body');
  const seen: Event[] = [];
  for await (const event of eventsOf(body)) {
    seen.push(event);
    // The bucket does not answer to writing before listing was told.
    if (event.check?.name === 'list') {
      expect(seen.some(({ check }) => check?.name === 'write')).toBe(false);
      letWrite(undefined);
    }
  }
  const names = seen[0]?.checks ?? [];
  expect(names).toEqual(expect.arrayContaining(['endpoint', 'list', 'read', 'write', 'delete']));
  const last = seen.at(-1);
  expect(last?.type).toBe('ended');
  expect(last?.test?.checks.map(({ name }) => name)).toEqual(names);
  // The last word on each is what the whole says.
  const words = new Map(seen.flatMap(({ check }) => (check === undefined ? [] : [[check.name, check]])));
  expect(last?.test?.checks.filter(({ name }) => words.has(name))).toEqual(
    names.flatMap((name) => words.get(name) ?? []),
  );
  const stored = await call('GET', draft.path, { token: draft.token });
  expect(at(stored.body, 'lastTest')).toEqual(last?.test);
});

test('a bucket that refuses is told check by check, and fits the document', async () => {
  const draft = await drafted();
  fake.addFault((request, proceed) =>
    request.operation === 'PutObject' && request.key.startsWith(draft.folder)
      ? faults.denies('s3:PutObject')(request, proceed)
      : proceed(),
  );
  const { body, status } = await call('POST', `${draft.path}/test-connection/watch`, { token: draft.token });
  expect(status).toBe(200);
  const events = body as Event[];
  expect(events.at(-1)).toMatchObject({ type: 'ended', test: { outcome: 'failed' } });
  expect(events.find(({ check }) => check?.name === 'write')?.check).toMatchObject({
    outcome: 'failed',
    code: 'access_denied',
  });
});

test('the test goes on, and is recorded, when nobody reads any more', async () => {
  const draft = await drafted();
  const { body } = await watching(draft);
  const reader = body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await expect
    .poll(async () => at((await call('GET', draft.path, { token: draft.token })).body, 'lastTest'), {
      timeout: 30_000,
    })
    .toMatchObject({ outcome: 'passed' });
});
