import { S3Object } from '@sluice/shared';
import { addMember } from '@sluice/testkit';
import { at, call, fieldsOf, newIntegration, newTenant } from '@sluice/testkit/api-client';
import { describe, expect, inject, test } from 'vitest';
import { openSql, park, seedObject, seedObjects } from '../support/fixtures.ts';

const sql = openSql();
const ROUTE = '/api/integrations/s3';

const connected = async () => {
  const tenant = await newTenant();
  const id = await newIntegration(tenant);
  await park(sql, id);
  const token = tenant.owner.accessToken;
  return { tenant, id, token, path: `${ROUTE}/${id}` };
};

/** Follows the pages to the end; the keys shown. */
const keysOf = async (path: string, token: string): Promise<string[]> => {
  const keys: string[] = [];
  for (let cursor: unknown = '', page = 0; typeof cursor === 'string' && page < 100; page += 1) {
    const separator = path.includes('?') ? '&' : '?';
    const answer = await call('GET', `${path}${cursor === '' ? '' : `${separator}cursor=${cursor}`}`, {
      token,
    });
    expect(answer.status, answer.text).toBe(200);
    keys.push(
      ...S3Object.array()
        .parse(at(answer.body, 'items'))
        .map(({ key }) => key),
    );
    cursor = at(answer.body, 'nextCursor');
  }
  return keys;
};

describe('the objects of an integration', () => {
  test('are found by state, reason, prefix and time, and by all of them together, page by page', async () => {
    const { tenant, id, token, path } = await connected();
    await seedObjects(sql, tenant.id, id, [
      { state: 'written_back' },
      { state: 'failed', reason: 'pdf_corrupt' },
      { state: 'failed', reason: 'pdf_encrypted' },
      { state: 'dead', reason: 'pdf_corrupt' },
      ...Array.from({ length: 7 }, () => ({ state: 'skipped', reason: 'not_pdf' })),
    ]);
    const key = (n: number) => `in/${n}.pdf`;
    const found = (query: string) => keysOf(`${path}/objects?limit=2&${query}`, token);
    expect(await found('state=failed')).toEqual([key(2), key(1)]);
    expect(await found('reason=pdf_corrupt')).toEqual([key(3), key(1)]);
    expect(await found('reason=pdf_corrupt&state=dead')).toEqual([key(3)]);
    expect(await found('prefix=in%2F1')).toEqual([key(1), key(10)]);
    expect(
      await found('prefix=in%2F&state=skipped&foundFrom=2026-11-01T00:00:05Z&foundTo=2026-11-01T00:00:08Z'),
    ).toEqual([5, 6, 7].map(key));
    expect(await found('foundFrom=2026-11-01T01:00:09%2B01:00')).toEqual([key(10), key(9)]);
    expect(await found('foundTo=2026-11-01T00:00:01Z')).toEqual([key(0)]);
    expect(await found('prefix=elsewhere')).toEqual([]);
  });

  test('name what a request has wrong', async () => {
    const { token, path } = await connected();
    for (const [query, field] of [
      ['reason=no_such_reason', 'reason'],
      ['foundFrom=yesterday', 'foundFrom'],
      ['foundTo=2026-11-01', 'foundTo'],
      ['prefix=', 'prefix'],
      [`cursor=${crypto.randomUUID()}`, 'cursor'],
    ]) {
      const answer = await call('GET', `${path}/objects?${query}`, { token });
      expect(answer.status, query).toBe(400);
      expect(fieldsOf(answer), query).toEqual([field]);
    }
  });

  test('take no cursor that leads into another tenant', async () => {
    const [own, other] = [await connected(), await connected()];
    const theirs = await seedObject(sql, other.tenant.id, other.id);
    const answer = await call('GET', `${own.path}/objects?cursor=${theirs}`, { token: own.token });
    expect(answer.status).toBe(400);
  });
});

describe('one object', () => {
  test('shows its history, its versions, and nothing of the engine’s business', async () => {
    const { tenant, id, token, path } = await connected();
    const objectId = await seedObject(sql, tenant.id, id);
    await sql.query(
      `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, reason, is_current)
       select tenant_id, integration_id, key, 'older', 90, 'poll', 'skipped', 'superseded', false
       from public.s3_processed_objects where id = $1`,
      [objectId],
    );
    await sql.query(
      `update public.s3_processed_objects set state = 'failed', reason = 'pdf_corrupt', state_changed_at = now() where id = $1`,
      [objectId],
    );
    const member = await addMember(inject('stack'), tenant, 'member');
    for (const reader of [token, member.accessToken]) {
      const answer = await call('GET', `${path}/objects/${objectId}`, { token: reader });
      expect(answer.status, answer.text).toBe(200);
      expect(answer.body).toMatchObject({
        id: objectId,
        revision: 1,
        history: [
          { state: 'written_back', reason: null, attempt: 0, revision: 1, by: { kind: 'engine' } },
          { state: 'failed', reason: 'pdf_corrupt', by: { kind: 'engine' } },
        ],
        otherVersions: [{ etag: 'older', isCurrent: false }],
      });
      expect(answer.text).not.toMatch(/lease|staged_outputs|stagingKey/i);
    }
  });

  test.each([
    [
      'throttled',
      /^We tried again and again and have given up\. Process the object again, or test the connection/,
    ],
    // Its six attempts take an hour.
    [
      'processor_failed',
      /^We tried again and again and have given up\. Process the object again, or test the connection/,
    ],
    [
      'tls_failed',
      /given up\. Give the endpoint a TLS certificate [^;.]*\. Process the object again, or test the connection/,
    ],
    ['access_denied', /^Grant the action .* Then test the connection: when it passes/],
    ['retries_exhausted', /^Look at the last error and mend its cause\. Then test the connection: [^.]*\.$/],
  ])(
    'that was given up for %s says how it is taken up again, and not that there is nothing to do',
    async (reason, remedy) => {
      const { tenant, id, token, path } = await connected();
      await seedObjects(sql, tenant.id, id, [
        { state: 'dead', reason },
        { state: 'found', reason },
      ]);
      const { body } = await call('GET', `${path}/objects`, { token });
      const objects = S3Object.array().parse(at(body, 'items'));
      const remedyOf = (of: string) => objects.find(({ state }) => state === of)?.reason?.remedy;
      expect(remedyOf('dead')).toMatch(remedy);
      expect(remedyOf('found')).not.toContain('given up');
    },
  );

  test('shows what processing it found, in words, and the checks before and after', async () => {
    const { tenant, id, token, path } = await connected();
    const objectId = await seedObject(sql, tenant.id, id);
    const read = async () => {
      const answer = await call('GET', `${path}/objects/${objectId}`, { token });
      expect(answer.status, answer.text).toBe(200);
      return answer.body;
    };
    const broken = { rule: '7.21.4.1-1', count: 2 };
    const report = {
      processor: 'test/1',
      title: 'Minutes',
      language: 'en',
      characters: 12,
      notices: ['fonts_not_embedded', 'scanned_pages', 'something_new'],
      noticePages: { scanned_pages: 12 },
      conformance: {
        before: {
          score: 40,
          failures: [{ rule: '7.1-11', title: 'There is a structure tree', count: 1 }, broken],
        },
        after: { score: 97, failures: [broken] },
      },
    };
    const store = async (value: unknown) =>
      await sql.query('update public.s3_processed_objects set report = $2 where id = $1', [
        objectId,
        JSON.stringify(value),
      ]);
    await store(report);
    const list = async () => (await call('GET', `${path}/objects`, { token })).body;
    expect(await list()).toMatchObject({ items: [{ id: objectId, scoreBefore: 40, scoreAfter: 97 }] });
    expect(await read()).toMatchObject({
      report: {
        title: 'Minutes',
        language: 'en',
        notices: [
          { code: 'fonts_not_embedded', title: 'Fonts are not in the file', remedy: expect.any(String) },
          { code: 'scanned_pages', title: '12 pages are pictures without text', pages: 12 },
          { code: 'something_new', title: 'something_new', pages: null, remedy: null },
        ],
        conformance: {
          before: { score: 40, failures: [{ title: 'There is a structure tree' }, { title: '7.21.4.1-1' }] },
          after: { score: 97, failures: [{ rule: '7.21.4.1-1', title: '7.21.4.1-1', count: 2 }] },
        },
      },
    });
    // How far it is, while it is processed and no longer.
    const lease = crypto.randomUUID();
    const progress = { step: 'reading', pagesDone: 120, pages: 300 };
    await sql.query(
      `update public.s3_processed_objects set state = 'processing', lease_id = $2, due_at = now() + interval '1 hour' where id = $1`,
      [objectId, lease],
    );
    const tell = 'select public.report_progress($1, $2, $3, 7200) as told';
    const told = async (by: string) =>
      (await sql.query<{ told: boolean }>(tell, [objectId, by, JSON.stringify(progress)])).rows;
    expect(await told(crypto.randomUUID())).toEqual([{ told: false }]);
    expect(await read()).toMatchObject({ progress: null });
    expect(await told(lease)).toEqual([{ told: true }]);
    expect(await read()).toMatchObject({ progress });
    // Who tells is alive: it keeps its lease.
    const { rows: kept } = await sql.query(
      `select due_at > now() + interval '119 minutes' as is_kept from public.s3_processed_objects where id = $1`,
      [objectId],
    );
    expect(kept).toEqual([{ is_kept: true }]);
    await sql.query(
      `update public.s3_processed_objects set state = 'written_back', lease_id = null, due_at = null where id = $1`,
      [objectId],
    );
    expect(await read()).toMatchObject({ progress: null });
    const { rows: left } = await sql.query('select progress from public.s3_processed_objects where id = $1', [
      objectId,
    ]);
    expect(left).toEqual([{ progress: null }]);
    // A processor that checks nothing, and an object that no processor has seen.
    await store({ ...report, conformance: undefined });
    expect(await read()).toMatchObject({ report: { title: 'Minutes', conformance: null } });
    await sql.query('update public.s3_processed_objects set report = null where id = $1', [objectId]);
    expect(await read()).toMatchObject({ report: null });
    expect(await list()).toMatchObject({ items: [{ id: objectId, scoreBefore: null, scoreAfter: null }] });
  });

  test('is the same 404 under another integration, of another tenant, and when there is none', async () => {
    const [own, other] = [await connected(), await connected()];
    const mine = await seedObject(sql, own.tenant.id, own.id);
    const theirs = await seedObject(sql, other.tenant.id, other.id);
    for (const path of [
      `${own.path}/objects/${theirs}`,
      `${other.path}/objects/${theirs}`,
      `${other.path}/objects/${mine}`,
      `${own.path}/objects/${crypto.randomUUID()}`,
    ]) {
      expect((await call('GET', path, { token: own.token })).status, path).toBe(404);
    }
  });
});

describe('duplicates', () => {
  test('are groups with what the copies cost', async () => {
    const { tenant, id, token, path } = await connected();
    const insert = (key: string, etag: string, pages: number | null) =>
      sql.query(
        `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, pages)
         values ($1, $2, $3, $4, 1000, 'poll', 'written_back', $5)`,
        [tenant.id, id, key, etag, pages],
      );
    const [one, two] = ['a'.repeat(32), 'b'.repeat(32)];
    await insert('x/1.pdf', one, 4);
    await insert('y/1.pdf', one, 4);
    await insert('z/1.pdf', one, null);
    await insert('alone.pdf', 'c'.repeat(32), 4);
    await insert('p.pdf', two, null);
    await insert('q.pdf', two, null);
    // Uploaded in parts: the ETag says nothing of the content.
    await insert('parts-1.pdf', `${one}-2`, 1);
    await insert('parts-2.pdf', `${one}-2`, 1);
    const first = await call('GET', `${path}/duplicates?limit=1`, { token });
    expect(first.body).toEqual({
      items: [
        {
          etag: one,
          sizeBytes: 1000,
          objects: 3,
          keys: ['x/1.pdf', 'y/1.pdf', 'z/1.pdf'],
          pages: 4,
          wastedBytes: 2000,
          wastedPages: 4,
          wastedAmountMicros: 4000,
        },
      ],
      nextCursor: `${one}.1000`,
    });
    const second = await call('GET', `${path}/duplicates?limit=1&cursor=${one}.1000`, { token });
    expect(second.body).toMatchObject({
      items: [{ etag: two, objects: 2, wastedPages: 0, pages: null }],
      nextCursor: null,
    });
    const stranger = await connected();
    expect((await call('GET', `${path}/duplicates`, { token: stranger.token })).status).toBe(404);
  });
});

describe('how accessible the documents are', () => {
  test('is told of all and by folder, of what stands in the bucket now; members may ask, strangers may not', async () => {
    const { tenant, id, token, path } = await connected();
    const scores = async (as: string) => await call('GET', `${path}/accessibility`, { token: as });
    const none = { documents: 0, scoreBefore: null, scoreAfter: null, passing: 0 };
    expect((await scores(token)).body).toEqual({ integrationId: id, totals: none, folders: [] });
    // Two processed in a folder, one at the top, one that no processor checked, and a version that was replaced.
    for (const [key, before, after, current] of [
      ['a/one.pdf', 40, 100, true],
      ['a/two.pdf', 45, 97, true],
      ['top.pdf', 10, 100, true],
      ['a/unchecked.pdf', null, null, true],
      ['a/old.pdf', 0, 0, false],
    ] as const) {
      const side = (score: number | null) => ({ score, failures: [] });
      const conformance =
        before === null ? {} : { conformance: { before: side(before), after: side(after) } };
      const { rows } = await sql.query<{ id: string }>(
        `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, is_current)
         values ($1, $2, $3, 'e', 9, 'poll', 'written_back', $4) returning id`,
        [tenant.id, id, key, current],
      );
      await sql.query('update public.s3_processed_objects set report = $2 where id = $1', [
        rows[0]?.id,
        JSON.stringify(conformance),
      ]);
    }
    const member = await addMember(inject('stack'), tenant, 'member');
    const expected = {
      integrationId: id,
      totals: { documents: 3, scoreBefore: 31.7, scoreAfter: 99, passing: 2 },
      folders: [
        { folder: 'a/', documents: 2, scoreBefore: 42.5, scoreAfter: 98.5, passing: 1 },
        { folder: '', documents: 1, scoreBefore: 10, scoreAfter: 100, passing: 1 },
      ],
    };
    for (const reader of [token, member.accessToken]) expect((await scores(reader)).body).toEqual(expected);
    const other = await connected();
    expect((await scores(other.token)).status).toBe(404);
    const direct = await other.tenant.owner.client.rpc('s3_accessibility_scores', { p_integration_id: id });
    expect(direct.data).toEqual([]);
  });
});
