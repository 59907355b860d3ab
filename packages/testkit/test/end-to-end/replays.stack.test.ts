import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { at, call, newIntegration, newTenant, stringAt } from '../../src/api-client/index.ts';
import { FAKE_IDENTITY, type FakeS3, faults, startFakeS3 } from '../../src/fake-s3/index.ts';
import { rawSamples } from '../../src/samples/raw-samples.ts';
import { connectControls } from '../../src/stack/control.ts';
import { pollUntil } from '../../src/stack/process/poll.ts';

const stack = inject('stack');
const sql = new Pool({ connectionString: stack.databaseUrls.superuser, max: 2 });
const BUCKET = 'customer-bucket';
let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: [BUCKET] });
});
afterAll(async () => {
  await sql.end();
  await fake.stop();
});

const [FIRST, SECOND] = rawSamples().map(({ bytes }) => Buffer.from(bytes));
if (FIRST === undefined || SECOND === undefined) throw new Error('there are too few samples');

interface Row {
  readonly key: string;
  readonly state: string;
  readonly reason: string | null;
  readonly revision: number;
  readonly outputs: { key: string; etag: string }[] | null;
}

const connected = async (changes: Readonly<Record<string, unknown>> = {}) => {
  const tenant = await newTenant();
  const folder = crypto.randomUUID();
  const id = await newIntegration(tenant, {
    bucket: BUCKET,
    endpoint: fake.endpoint,
    region: 'us-east-1',
    credentials: FAKE_IDENTITY,
    inputPrefix: `${folder}/in/`,
    outputPrefix: `${folder}/out/`,
    ...changes,
  });
  return {
    id,
    token: tenant.owner.accessToken,
    user: tenant.owner.id,
    folder,
    path: `/api/integrations/s3/${id}`,
  };
};
type Connected = Awaited<ReturnType<typeof connected>>;

const put = ({ folder }: Connected, name: string, body: Buffer) =>
  fake.bucket(BUCKET).put(`${folder}/in/${name}`, body, { 'content-type': 'application/pdf' }, Date.now());

const rowsOf = async ({ id }: Connected): Promise<Row[]> =>
  (
    await sql.query<Row>(
      'select key, state, reason, revision, outputs from public.s3_processed_objects where integration_id = $1 order by found_at, id',
      [id],
    )
  ).rows;

/** Lets the engine work until the rows are as they should be. */
const settled = async (
  connection: Connected,
  what: string,
  isDone: (rows: Row[]) => boolean,
): Promise<Row[]> => {
  const controls = connectControls(stack.controlUrl, stack.secretKey);
  let rows: Row[] = [];
  await pollUntil(
    async () => {
      await sql.query('update public.s3_poll_states set next_poll_at = now() where integration_id = $1', [
        connection.id,
      ]);
      await controls.tick('*/2 * * * *');
      await controls.tick('* * * * *');
      rows = await rowsOf(connection);
      return isDone(rows);
    },
    { what, timeoutMs: 50_000, intervalMs: 300 },
  );
  return rows;
};

const replay = async ({ path, token }: Connected, filter: object): Promise<string> => {
  const shown = await call('POST', `${path}/replays`, { token, body: { filter, preview: true } });
  expect(shown.status, shown.text).toBe(200);
  const body = { filter, previewToken: stringAt(shown.body, 'previewToken') };
  const begun = await call('POST', `${path}/replays`, { token, body });
  expect(begun.status, begun.text).toBe(202);
  // Pressed twice.
  expect((await call('POST', `${path}/replays`, { token, body })).status).toBe(202);
  return stringAt(begun.body, 'id');
};

const charges = async ({ id }: Connected): Promise<number> =>
  (
    await sql.query<{ jobs: number }>(
      'select count(*)::int as jobs from public.cost_ledger where integration_id = $1',
      [id],
    )
  ).rows[0]?.jobs ?? 0;

describe('a replay, end to end', () => {
  test('processes what had failed once its cause is gone, and writes it back once', async () => {
    const connection = await connected();
    const { folder, path, token, user } = connection;
    // Archived: it can be seen, not read.
    fake.addFault(
      faults.only(
        { operation: 'GetObject', keyPrefix: `${folder}/in/` },
        faults.fails(403, 'InvalidObjectState'),
      ),
    );
    put(connection, 'a.pdf', FIRST);
    put(connection, 'b.pdf', SECOND);
    const before = await settled(
      connection,
      'both have failed',
      (rows) => rows.length === 2 && rows.every(({ state }) => state === 'failed'),
    );
    expect(before.map(({ reason }) => reason)).toEqual(['object_archived', 'object_archived']);

    fake.clearFaults();
    const replayId = await replay(connection, { reasons: ['object_archived'] });
    const after = await settled(connection, 'both are written back', (rows) =>
      rows.every(({ state }) => state === 'written_back'),
    );
    expect(after.map(({ revision }) => revision)).toEqual([2, 2]);
    expect(await charges(connection)).toBe(2);
    for (const row of after) {
      for (const output of row.outputs ?? [])
        expect(fake.bucket(BUCKET).get(output.key)?.etag).toBe(output.etag);
      expect(row.outputs?.length).toBeGreaterThan(0);
    }
    const done = await call('GET', `${path}/replays/${replayId}`, { token });
    expect(done.body).toMatchObject({
      status: 'completed',
      expectedObjects: 2,
      replayedObjects: 2,
      supersededObjects: 0,
    });

    const [object] = at((await call('GET', `${path}/objects?limit=1`, { token })).body, 'items') as {
      id: string;
    }[];
    const detail = await call('GET', `${path}/objects/${object?.id}`, { token });
    const history = at(detail.body, 'history') as {
      state: string;
      reason: string | null;
      revision: number;
      by: unknown;
    }[];
    expect(history.map(({ state }) => state)).toEqual([
      'found',
      'queued',
      'processing',
      'failed',
      'found',
      'queued',
      'processing',
      'staged',
      'written_back',
    ]);
    expect(history[3]).toMatchObject({ reason: 'object_archived', revision: 1 });
    expect(history.map(({ by }) => by)).toEqual(
      history.map((_, n) => (n === 4 ? { kind: 'user', userId: user } : { kind: 'engine' })),
    );

    // Nothing has failed any more: there is nothing left to take up.
    const empty = await call('POST', `${path}/replays`, {
      token,
      body: { filter: { states: ['failed', 'dead'] }, preview: true },
    });
    expect(empty.body).toMatchObject({ objects: 0, quote: { amountMicros: 0, isExact: true } });
  });

  test('processes again what was written back, and charges it as quoted', async () => {
    const connection = await connected();
    const { path, token } = connection;
    put(connection, 'a.pdf', FIRST);
    const written = (rows: Row[]) => rows.length === 1 && rows[0]?.state === 'written_back';
    await settled(connection, 'it is written back', written);
    const filter = { states: ['written_back'], prefix: connection.folder };
    const quote = at(
      (await call('POST', `${path}/replays`, { token, body: { filter, preview: true } })).body,
      'quote',
    );
    await replay(connection, filter);
    const [row] = await settled(
      connection,
      'it is written back again',
      (rows) => written(rows) && rows[0]?.revision === 2,
    );
    expect(row?.outputs?.length).toBeGreaterThan(0);
    const { rows: costs } = await sql.query<{ amount: string }>(
      'select amount_micros as amount from public.cost_ledger where integration_id = $1',
      [connection.id],
    );
    expect(costs.length).toBe(2);
    expect(quote).toMatchObject({ isExact: true, amountMicros: Number(costs[1]?.amount) });
  });

  test('of an object that has changed meanwhile ends as changed, and the new version is processed', async () => {
    const connection = await connected();
    put(connection, 'a.pdf', FIRST);
    await settled(connection, 'it is written back', (rows) => rows[0]?.state === 'written_back');
    put(connection, 'a.pdf', SECOND);
    await replay(connection, { states: ['written_back'] });
    const rows = await settled(
      connection,
      'the new version is written back',
      (found) =>
        found.length === 2 &&
        found[1]?.state === 'written_back' &&
        !['found', 'queued', 'processing', 'staged'].includes(found[0]?.state ?? ''),
    );
    const outputs = rows[1]?.outputs ?? [];
    for (const output of outputs) expect(fake.bucket(BUCKET).get(output.key)?.etag).toBe(output.etag);
  });
});

describe('when a key is overwritten, the policy decides', () => {
  const overwritten = async (overwritePolicy: string) => {
    const connection = await connected({ overwritePolicy });
    const { etag: one } = put(connection, 'a.pdf', FIRST);
    const [first] = await settled(
      connection,
      'the first is written',
      (rows) => rows[0]?.state === 'written_back',
    );
    const before = new Map((first?.outputs ?? []).map(({ key, etag }) => [key, etag]));
    const { etag: two } = put(connection, 'a.pdf', SECOND);
    const rows = await settled(
      connection,
      'the second has ended',
      (found) => found.length === 2 && ['written_back', 'skipped'].includes(found[1]?.state ?? ''),
    );
    const inBucket = fake
      .bucket(BUCKET)
      .keys()
      .filter((key) => key.startsWith(`${connection.folder}/out/`));
    return { out: `${connection.folder}/out/`, one, two, before, rows, inBucket };
  };
  const etagOf = (key: string) => fake.bucket(BUCKET).get(key)?.etag;

  test('reprocess: the result takes the place of the old', async () => {
    const { out, before, rows, inBucket } = await overwritten('reprocess');
    expect(inBucket).toEqual([`${out}a.pdf`, `${out}a.pdf.html`]);
    for (const { key, etag } of rows[1]?.outputs ?? []) {
      expect(etagOf(key)).toBe(etag);
      expect(etag).not.toBe(before.get(key));
    }
  });

  test('keep_versions: each version has its own result', async () => {
    const { out, one, two, before, rows, inBucket } = await overwritten('keep_versions');
    expect(inBucket.toSorted()).toEqual(
      [one, two].flatMap((etag) => [`${out}a.${etag}.pdf`, `${out}a.${etag}.pdf.html`]).toSorted(),
    );
    for (const [key, etag] of before) expect(etagOf(key)).toBe(etag);
    for (const { key, etag } of rows[1]?.outputs ?? []) expect(etagOf(key)).toBe(etag);
  });

  test('ignore: the first result stays, and the ledger says why', async () => {
    const { before, rows, inBucket } = await overwritten('ignore');
    expect(inBucket).toHaveLength(before.size);
    for (const [key, etag] of before) expect(etagOf(key)).toBe(etag);
    expect(rows[1]).toMatchObject({ state: 'skipped', reason: 'overwrite_ignored' });
  });
});
