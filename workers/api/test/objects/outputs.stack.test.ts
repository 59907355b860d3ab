import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { addMember, pollUntil } from '@sluice/testkit';
import { apiUrl, at, call, newDraft, newTenant } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, type FakeS3, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openSql } from '../support/fixtures.ts';

/** Results, read out of the customer's bucket by who may see the object. */

const sql = openSql();
const BUCKET = 'customer-bucket';

let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: [BUCKET] });
});
afterAll(() => fake.stop());

const PAGE = '<!DOCTYPE html><html lang="en"><title>Report</title><h1>Report</h1></html>';

/** An object that was written back, its results in the bucket. */
const writtenBack = async (name = 'Bericht über "Ärzte" 100%.pdf', pdf = randomBytes(3_000_000)) => {
  const tenant = await newTenant();
  const folder = randomBytes(6).toString('hex');
  const key = `${folder}/out/${name}`;
  const outputs = [
    { kind: 'pdf', key, body: pdf },
    { kind: 'html', key: `${key}.html`, body: Buffer.from(PAGE) },
  ];
  for (const { key: at, body } of outputs) fake.bucket(BUCKET).put(at, body, {}, Date.now());
  const id = await newDraft(tenant, {
    bucket: BUCKET,
    endpoint: fake.endpoint,
    region: 'us-east-1',
    credentials: FAKE_IDENTITY,
    inputPrefix: `${folder}/in/`,
    outputPrefix: `${folder}/out/`,
  });
  const objectId = crypto.randomUUID();
  await sql.query(
    `insert into public.s3_processed_objects (id, tenant_id, integration_id, key, etag, size_bytes, found_by, state, outputs)
     values ($1, $2, $3, $4, 'etag', 100, 'poll', 'written_back', $5)`,
    [
      objectId,
      tenant.id,
      id,
      `${folder}/in/${name}`,
      JSON.stringify(
        outputs.map(({ kind, key: at, body }) => ({ kind, key: at, etag: 'x', sizeBytes: body.byteLength })),
      ),
    ],
  );
  return { tenant, token: tenant.owner.accessToken, folder, id, objectId, pdf, key };
};

const pathOf = ({ id, objectId }: { id: string; objectId: string }, kind: string) =>
  `/api/integrations/s3/${id}/objects/${objectId}/outputs/${kind}`;

const read = (path: string, token: string, method = 'GET') =>
  fetch(apiUrl() + path, { method, headers: { authorization: `Bearer ${token}` } });

/** As a browser comes from the settings. */
const visit = (
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = { origin: apiUrl() },
) =>
  fetch(apiUrl() + path.replace('/api/integrations/s3/', '/results/').replace(/objects\/|outputs\//g, ''), {
    method: 'POST',
    redirect: 'manual',
    headers,
    body: new URLSearchParams(form),
  });

test('a member of the tenant reads the PDF, byte for byte, under its name, and nothing of it is kept', async () => {
  const object = await writtenBack();
  const member = await addMember(inject('stack'), object.tenant, 'member');
  const answer = await read(pathOf(object, 'pdf'), member.accessToken);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/pdf');
  expect(answer.headers.get('content-length')).toBe(String(object.pdf.byteLength));
  expect(answer.headers.get('content-disposition')).toBe(
    `attachment; filename="Bericht _ber __rzte_ 100_.pdf"; filename*=UTF-8''Bericht%20%C3%BCber%20%22%C3%84rzte%22%20100%25.pdf`,
  );
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(Buffer.from(await answer.arrayBuffer()).equals(object.pdf)).toBe(true);
});

test('the page comes so that it can run no script, and belongs to no origin', async () => {
  const object = await writtenBack();
  const answer = await read(pathOf(object, 'html'), object.token);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/);
  const policy = (answer.headers.get('content-security-policy') ?? '').split('; ');
  expect(policy).toEqual(expect.arrayContaining(['sandbox', "default-src 'none'", "form-action 'none'"]));
  expect(policy.filter((directive) => /^script-src|allow-/.test(directive))).toEqual([]);
  expect(await answer.text()).toBe(PAGE);
  const head = await read(pathOf(object, 'html'), object.token, 'HEAD');
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(PAGE.length)]);
});

test('says that it is gone, or that the bucket refuses, and whose move that is', async () => {
  const object = await writtenBack();
  fake.bucket(BUCKET).delete(object.key);
  const gone = await call('GET', pathOf(object, 'pdf'), { token: object.token });
  expect(gone.body).toMatchObject({
    status: 410,
    code: 'result_gone',
    owner: 'customer_config',
    detail: object.key,
  });
  fake.addFault((request, proceed) =>
    request.key.startsWith(`${object.folder}/out/`)
      ? faults.denies('s3:GetObject')(request, proceed)
      : proceed(),
  );
  const denied = await call('GET', pathOf(object, 'html'), { token: object.token });
  expect(denied.body).toMatchObject({ status: 422, code: 'access_denied', owner: 'customer_config' });
  expect(denied.text).toContain('s3:GetObject');
});

test('where what is not there is denied, says that it is gone if the listing tells, and otherwise that it may be', async () => {
  const object = await writtenBack();
  fake.bucket(BUCKET).delete(object.key);
  // As AWS and Ceph, to who may not list the whole bucket.
  fake.addFault((request, proceed) =>
    request.key === object.key ? faults.denies('s3:GetObject')(request, proceed) : proceed(),
  );
  const gone = await call('GET', pathOf(object, 'pdf'), { token: object.token });
  expect(gone.body).toMatchObject({ status: 410, code: 'result_gone', detail: object.key });

  fake.addFault((request, proceed) =>
    request.operation === 'ListObjectsV2' && (request.query.get('prefix') ?? '').startsWith(object.folder)
      ? faults.denies('s3:ListBucket')(request, proceed)
      : proceed(),
  );
  const unclear = await call('GET', pathOf(object, 'pdf'), { token: object.token });
  expect(unclear.body).toMatchObject({
    status: 422,
    code: 'result_not_readable',
    owner: 'customer_config',
    detail: object.key,
  });
  expect(String(at(unclear.body, 'remedy'))).toMatch(
    /moved or deleted.*process the document again.*s3:GetObject/,
  );
});

test('a result that breaks off on the way is never whole', async () => {
  const object = await writtenBack();
  fake.addFault((request, proceed) =>
    request.key === object.key ? faults.cutsBodyAfter(1_000_000)(request, proceed) : proceed(),
  );
  const body = read(pathOf(object, 'pdf'), object.token).then((answer) => answer.arrayBuffer());
  await expect(body).rejects.toThrow();
});

test('one that somebody has stored packed comes whole, unpacked', async () => {
  const object = await writtenBack();
  fake
    .bucket(BUCKET)
    .put(`${object.key}.html`, gzipSync(PAGE.repeat(50)), { 'content-encoding': 'gzip' }, Date.now());
  const answer = await read(pathOf(object, 'html'), object.token);
  expect([answer.status, answer.headers.get('content-length')]).toEqual([200, null]);
  expect(await answer.text()).toBe(PAGE.repeat(50));
});

test('it is read where it was written: not in another bucket, and not over a newer version', async () => {
  const object = await writtenBack();
  await sql.query(
    `update public.s3_processed_objects o set outputs_location = i.location_key, written_back_at = now() - interval '1 hour'
     from public.s3_integrations i where i.id = o.integration_id and o.id = $1`,
    [object.objectId],
  );
  expect((await read(pathOf(object, 'html'), object.token)).status).toBe(200);
  await sql.query(
    `with newer as (
       insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, outputs, written_back_at)
       select tenant_id, integration_id, key, 'newer', 100, 'poll', 'written_back', outputs, now() from public.s3_processed_objects where id = $1)
     update public.s3_processed_objects set is_current = false where id = $1`,
    [object.objectId],
  );
  const superseded = await call('GET', pathOf(object, 'html'), { token: object.token });
  expect(superseded.body).toMatchObject({ status: 410, code: 'result_superseded' });
  await sql.query(`update public.s3_integrations set bucket = 'another' where id = $1`, [object.id]);
  const elsewhere = await call('GET', pathOf(object, 'html'), { token: object.token });
  expect(elsewhere.body).toMatchObject({ status: 410, code: 'result_elsewhere' });
});

test('it is not there for other tenants, of a deleted integration, or under another one of the tenant', async () => {
  const [object, other] = [await writtenBack(), await writtenBack()];
  const expected = (
    await call('GET', pathOf({ id: crypto.randomUUID(), objectId: object.objectId }, 'pdf'), {
      token: object.token,
    })
  ).body;
  expect(expected).toMatchObject({ status: 404, code: 'not_found' });
  const masked = { ...(expected as object), requestId: expect.any(String) };
  for (const [path, token] of [
    [pathOf(object, 'pdf'), other.token],
    [pathOf({ id: other.id, objectId: object.objectId }, 'pdf'), other.token],
  ] as const) {
    expect((await call('GET', path, { token })).body).toEqual(masked);
  }
  await call('DELETE', `/api/integrations/s3/${object.id}`, { token: object.token });
  expect((await call('GET', pathOf(object, 'pdf'), { token: object.token })).body).toEqual(masked);
});

test('a read is counted among the requests on the bucket', async () => {
  const object = await writtenBack();
  await (await read(pathOf(object, 'html'), object.token)).text();
  await pollUntil(
    async () => {
      const summary = await call('GET', `/api/integrations/s3/${object.id}/usage-summary`, {
        token: object.token,
      });
      return at(summary.body, 'totals.calls.get') === 1 ? true : undefined;
    },
    { what: 'the count', timeoutMs: 20_000, intervalMs: 100 },
  );
});

describe('the way from the settings', () => {
  test('shows the page and saves the PDF, for a token in the form alone', async () => {
    const object = await writtenBack();
    const form = { access_token: object.token };
    const page = await visit(pathOf(object, 'html'), form);
    expect([page.status, page.headers.get('content-disposition')]).toEqual([200, 'inline']);
    expect(page.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(await page.text()).toBe(PAGE);
    const pdf = await visit(pathOf(object, 'pdf'), form);
    expect(pdf.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(Buffer.from(await pdf.arrayBuffer()).equals(object.pdf)).toBe(true);
    // Not by an address, which is kept and passed on.
    const got = await fetch(
      `${apiUrl()}/results/${object.id}/${object.objectId}/html?access_token=${object.token}`,
    );
    expect(got.status).toBe(404);
  });

  test('is there for our own pages alone, so that nobody opens a page of their own under our address', async () => {
    const object = await writtenBack();
    const form = { access_token: object.token };
    const ours = { 'sec-fetch-site': 'same-origin' };
    expect((await visit(pathOf(object, 'html'), form, ours)).status).toBe(200);
    for (const headers of [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: apiUrl(), 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ]) {
      const answer = await visit(pathOf(object, 'html'), form, headers);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/problems/unauthenticated']);
    }
  });

  test('leads to the page of what went wrong', async () => {
    const object = await writtenBack();
    fake.bucket(BUCKET).delete(object.key);
    const stranger = await newTenant();
    const padding = 'x'.repeat(20_000);
    for (const [form, code] of [
      [{ access_token: object.token }, 'result_gone'],
      [{ access_token: stranger.owner.accessToken }, 'not_found'],
      [{ access_token: 'wrong' }, 'unauthenticated'],
      [{}, 'unauthenticated'],
      [{ access_token: object.token, padding }, 'unauthenticated'],
      [{ access_token: 'a\nb' }, 'unauthenticated'],
      [{ access_token: 'a\u0000b' }, 'unauthenticated'],
    ] as const) {
      const answer = await visit(pathOf(object, 'pdf'), { ...form });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, `/problems/${code}`]);
      const problem = await fetch(`${apiUrl()}/problems/${code}`);
      expect(problem.status).toBe(200);
    }
  });
});
