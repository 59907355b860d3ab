import { addMember } from '@sluice/testkit';
import { at, call, newDraft, newTenant } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, type FakeS3, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { BUCKET, newFolderOf } from '../support/drafts.ts';
import { openSql, park } from '../support/fixtures.ts';

/** Edits of what an integration connects to. */

const sql = openSql();
const ROUTE = '/api/integrations/s3';
const OTHER = 'another-bucket';
let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: [BUCKET, OTHER] });
});
afterAll(() => fake.stop());

const started = async () => {
  const draft = await newFolderOf(sql, fake);
  await draft.test();
  expect((await draft.start()).status).toBe(200);
  return draft;
};
const codeOf = ({ body }: { body: unknown }) => at(body, 'code');
const versions = async (id: string): Promise<number[]> =>
  (
    await sql.query<{ version: number }>(
      `select version from private.sealed_secrets where record_id = $1 and field = 'credentials'`,
      [id],
    )
  ).rows.map(({ version }) => version);

describe('another place', () => {
  test.each([
    ['bucket', () => ({ bucket: OTHER })],
    ['endpoint', () => ({ endpoint: fake.endpoint.replace('127.0.0.1', 'localhost') })],
  ])('deletes the credential that was for the old one: %s', async (_what, changes) => {
    const draft = await started();
    const [version] = await versions(draft.id);
    const moved = await draft.change(changes());
    expect(moved.status, moved.text).toBe(200);
    expect(moved.body).toMatchObject({ status: 'draft', credentialsStored: false, accessKeyHint: null });
    expect(await versions(draft.id)).toEqual([]);
    expect(codeOf(await draft.start({ override: { reason: 'Anyhow.' } }))).toBe('credentials_missing');
    // Set back, it is as untested as any other, and the credential is gone.
    const back = await draft.change({ bucket: BUCKET, endpoint: fake.endpoint, credentials: FAKE_IDENTITY });
    expect(back.body).toMatchObject({ credentialsStored: true, status: 'draft' });
    expect(codeOf(await draft.start())).toBe('connection_not_tested');
    const [after] = await versions(draft.id);
    expect(after).toBeGreaterThan(version ?? 0);
    expect(at((await draft.test()).body, 'outcome')).toBe('passed');
    expect((await draft.start()).status).toBe(200);
  });

  test('is taken with its new credential in one step', async () => {
    const draft = await started();
    const moved = await draft.change({ name: 'Moved', bucket: OTHER, credentials: FAKE_IDENTITY });
    expect(moved.body).toMatchObject({
      name: 'Moved',
      bucket: OTHER,
      status: 'draft',
      credentialsStored: true,
    });
    expect(at((await draft.test()).body, 'outcome')).toBe('passed');
  });

  test('is refused as it would be refused to a new integration, and then nothing has changed', async () => {
    const draft = await started();
    const before = (await draft.read()).text;
    const sibling = await newFolderOf(sql, fake, draft.tenant);
    for (const [changes, status, code] of [
      [{ endpoint: 'http://169.254.169.254' }, 422, 'endpoint_refused'],
      [{ endpoint: 'ftp://x' }, 422, 'endpoint_refused'],
      [{ roleArn: 'arn:aws:iam::123456789012:role/x' }, 400, 'invalid_request'],
      [{ accountId: '0123456789abcdef0123456789abcdef' }, 400, 'invalid_request'],
      [{ credentials: FAKE_IDENTITY }, 400, 'invalid_request'],
      [{ outputPrefix: `${draft.folder}/in/x/` }, 422, 'prefixes_overlap'],
      [{ outputPrefix: `${sibling.folder}/in/` }, 422, 'prefixes_overlap'],
      [{ inputPrefix: `${sibling.folder}/out/` }, 422, 'prefixes_overlap'],
      [
        { inputPrefix: `${sibling.folder}/in/`, outputPrefix: `${draft.folder}/o2/` },
        409,
        'integration_exists',
      ],
    ] as const) {
      const answer = await draft.change({ name: 'Half', ...changes });
      expect([answer.status, codeOf(answer)], `${JSON.stringify(changes)} ${answer.text}`).toEqual([
        status,
        code,
      ]);
    }
    const member = await addMember(inject('stack'), draft.tenant, 'member');
    const stranger = (await newTenant()).owner;
    for (const [token, status] of [
      [member.accessToken, 403],
      [stranger.accessToken, 404],
    ] as const) {
      const answer = await call('PATCH', `${ROUTE}/${draft.id}`, { token, body: { bucket: OTHER } });
      expect(answer.status).toBe(status);
    }
    expect((await draft.read()).text).toBe(before);
  });

  test('of R2 keeps the account or the jurisdiction that is not named', async () => {
    const tenant = await newTenant();
    const account = 'a'.repeat(32);
    const id = await newDraft(tenant, {
      provider: 'r2',
      endpoint: undefined,
      region: undefined,
      accountId: account,
      jurisdiction: 'eu',
    });
    await park(sql, id);
    const change = async (body: object) =>
      at((await call('PATCH', `${ROUTE}/${id}`, { token: tenant.owner.accessToken, body })).body, 'endpoint');
    const other = 'b'.repeat(32);
    expect(await change({ accountId: other })).toBe(`https://${other}.eu.r2.cloudflarestorage.com`);
    expect(await change({ jurisdiction: null })).toBe(`https://${other}.r2.cloudflarestorage.com`);
    expect(await change({ jurisdiction: 'fedramp' })).toBe(
      `https://${other}.fedramp.r2.cloudflarestorage.com`,
    );
  });

  test('of a role keeps our external id', async () => {
    const tenant = await newTenant();
    const id = await newDraft(tenant, {
      provider: 'aws_role',
      endpoint: undefined,
      credentials: undefined,
      roleArn: 'arn:aws:iam::123456789012:role/a',
    });
    await park(sql, id);
    const path = `${ROUTE}/${id}`;
    const token = tenant.owner.accessToken;
    const before = (await call('GET', path, { token })).body;
    const roleArn = 'arn:aws:iam::123456789012:role/b';
    const after = (await call('PATCH', path, { token, body: { roleArn } })).body;
    expect(after).toMatchObject({ roleArn, externalId: at(before, 'externalId'), status: 'draft' });
  });
});

describe('another input folder', () => {
  test('keeps the credential, settles what was pending in the old one, and asks for a test', async () => {
    const draft = await started();
    const seed = async (key: string, state: string) =>
      sql.query(
        `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, due_at)
         values ($1, $2, $3, 'e', 1, 'poll', $4, case when $4 = 'written_back' then null else now() + interval '1 day' end)`,
        [draft.tenant.id, draft.id, key, state],
      );
    for (const state of ['found', 'queued', 'processing', 'staged', 'written_back'])
      await seed(`${draft.folder}/in/${state}.pdf`, state);
    await seed(`${draft.folder}/in/deep/kept.pdf`, 'found');
    const moved = await draft.change({ inputPrefix: `${draft.folder}/in/deep/` });
    expect(moved.body).toMatchObject({ status: 'draft', credentialsStored: true });
    const { rows } = await sql.query(
      `select state, reason, count(*)::int as n from public.s3_processed_objects where integration_id = $1 group by 1, 2 order by 1`,
      [draft.id],
    );
    expect(rows).toEqual([
      { state: 'found', reason: null, n: 1 },
      { state: 'skipped', reason: 'outside_prefix', n: 4 },
      { state: 'written_back', reason: null, n: 1 },
    ]);
    expect(codeOf(await draft.start())).toBe('connection_not_tested');
  });

  test('is refused while a folder rule would lie outside of it', async () => {
    const draft = await started();
    const rule = encodeURIComponent(`${draft.folder}/in/de/`);
    await call('PUT', `${ROUTE}/${draft.id}/rules?prefix=${rule}`, {
      token: draft.token,
      body: { language: 'de' },
    });
    const refused = await draft.change({ inputPrefix: `${draft.folder}/in/fr/` });
    expect([refused.status, codeOf(refused)]).toEqual([422, 'rules_outside_input']);
    expect((await draft.change({ inputPrefix: `${draft.folder}/in/de/` })).status).toBe(200);
  });
});
