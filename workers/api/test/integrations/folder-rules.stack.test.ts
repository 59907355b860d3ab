import { addMember, type TestTenant } from '@sluice/testkit';
import { type Answer, at, call, fieldsOf, newIntegration, newTenant } from '@sluice/testkit/api-client';
import { describe, expect, inject, test } from 'vitest';
import { openSql, park, seedObjects } from '../support/fixtures.ts';

const sql = openSql();

/** A rule that says nothing of its own. */
const AS_IS = { language: null };

interface Rules {
  readonly tenant: TestTenant;
  readonly id: string;
  readonly set: (prefix: string, body: object, token?: string) => Promise<Answer>;
  readonly match: (key: string) => Promise<Answer>;
  readonly list: () => Promise<unknown>;
}

/** A tenant of its own with an integration of the folder `in/`, or the one given. */
const newRules = async (inputPrefix = 'in/'): Promise<Rules> => {
  const tenant = await newTenant();
  const owner = tenant.owner.accessToken;
  const id = await newIntegration(tenant, { inputPrefix, outputPrefix: 'out/', language: 'en' });
  await park(sql, id);
  const route = `/api/integrations/s3/${id}/rules`;
  return {
    tenant,
    id,
    set: (prefix, body, token = owner) =>
      call('PUT', `${route}?prefix=${encodeURIComponent(prefix)}`, { token, body }),
    match: (key) => call('GET', `${route}/match?key=${encodeURIComponent(key)}`, { token: owner }),
    list: async () => at((await call('GET', route, { token: owner })).body, 'items'),
  };
};

describe('setting a rule', () => {
  test('creates it, replaces it as a whole, and does nothing the second time', async () => {
    const { set, list, id } = await newRules();
    const first = await set('in/de', { language: 'de', outputSubfolder: 'german', qualityTier: 'enhanced' });
    expect(first.body).toMatchObject({
      prefix: 'in/de/',
      language: 'de',
      outputSubfolder: 'german/',
      qualityTier: 'enhanced',
      overwritePolicy: null,
      notificationTarget: null,
    });
    const second = await set('in/de/', { overwritePolicy: 'ignore' });
    expect(second.body).toMatchObject({
      id: at(first.body, 'id'),
      language: null,
      outputSubfolder: null,
      overwritePolicy: 'ignore',
    });
    expect((await set('in/de/', { overwritePolicy: 'ignore' })).body).toEqual(second.body);
    expect(await list()).toEqual([second.body]);
    const { rows } = await sql.query(
      `select action from public.audit_events where record_type = 's3_integration_folder_rules' and after is not null
         and record_id = (select r.id::text from public.s3_integration_folder_rules r where r.integration_id = $1) order by id`,
      [id],
    );
    expect(rows).toEqual([{ action: 'insert' }, { action: 'update' }]);
  });

  test('says which field cannot be', async () => {
    const { set, list } = await newRules();
    const refusals: [string, object, number, string][] = [
      ['elsewhere/', AS_IS, 400, 'prefix'],
      ['in-old/', AS_IS, 400, 'prefix'],
      ['/in/', AS_IS, 400, 'prefix'],
      ['in/../x/', AS_IS, 400, 'prefix'],
      ['', AS_IS, 400, 'prefix'],
      [`in/${'é'.repeat(260)}/`, AS_IS, 400, 'prefix'],
      ['in/x/', {}, 400, '(body)'],
      ['in/x/', { language: 'not a language' }, 400, 'language'],
      ['in/x/', { outputSubfolder: '' }, 400, 'outputSubfolder'],
      ['in/x/', { outputSubfolder: 'a/../b' }, 400, 'outputSubfolder'],
      ['in/x/', { outputSubfolder: 'é'.repeat(200) }, 400, 'outputSubfolder'],
      ['in/x/', { notificationTarget: ' ' }, 400, 'notificationTarget'],
      ['in/x/', { qualityTier: 'best' }, 400, 'qualityTier'],
    ];
    for (const [prefix, body, status, field] of refusals) {
      const answer = await set(prefix, body);
      expect(answer.status, `${prefix} ${answer.text}`).toBe(status);
      expect(fieldsOf(answer), answer.text).toEqual([field]);
    }
    expect(await list()).toEqual([]);
  });

  test('refuses a sub-folder in which results would meet others', async () => {
    const { set, tenant, id } = await newRules();
    expect((await set('in/a/', { outputSubfolder: 'x/' })).status).toBe(200);
    // in/a/b/1.pdf of this rule and in/a/a/b/1.pdf of the other would both become out/x/a/a/b/1.pdf.
    const met = await set('in/a/b/', { outputSubfolder: 'x/a/' });
    expect([met.status, fieldsOf(met)]).toEqual([422, ['outputSubfolder']]);
    expect((await set('in/a/b/', { outputSubfolder: 'y/' })).status).toBe(200);
    await seedObjects(sql, tenant.id, id, [{ state: 'written_back' }]);
    await sql.query(`update public.s3_processed_objects set key = 'in/z/c/0.pdf' where integration_id = $1`, [
      id,
    ]);
    const answer = await set('in/c/', { outputSubfolder: 'z/' });
    expect(answer.status).toBe(422);
    expect(at(answer.body, 'code')).toBe('outputs_collide');
    expect(fieldsOf(answer)).toEqual(['outputSubfolder']);
  });

  test('ends at a hundred, replacing excepted', async () => {
    const { set, list, id } = await newRules();
    await sql.query(
      `insert into public.s3_integration_folder_rules (tenant_id, integration_id, prefix)
       select tenant_id, id, 'in/' || n || '/' from public.s3_integrations, generate_series(1, 99) n where id = $1`,
      [id],
    );
    expect((await set('in/last/', AS_IS)).status).toBe(200);
    const answer = await set('in/one-more/', AS_IS);
    expect([answer.status, at(answer.body, 'code')]).toEqual([409, 'quota_reached']);
    expect((await set('in/last/', { language: 'de' })).status).toBe(200);
    expect(await list()).toHaveLength(100);
  });

  test('is not for members, who may read', async () => {
    const { set, tenant, id } = await newRules();
    const { accessToken: token } = await addMember(inject('stack'), tenant, 'member');
    expect((await set('in/x/', AS_IS, token)).status).toBe(403);
    expect((await call('GET', `/api/integrations/s3/${id}/rules`, { token })).status).toBe(200);
  });
});

test('a deleted rule is gone, and only that', async () => {
  const { set, list, tenant, id } = await newRules();
  await set('in/a/', AS_IS);
  await set('in/a/b/', AS_IS);
  const remove = () =>
    call('DELETE', `/api/integrations/s3/${id}/rules?prefix=in%2Fa`, { token: tenant.owner.accessToken });
  expect((await remove()).status).toBe(204);
  expect(await list()).toMatchObject([{ prefix: 'in/a/b/' }]);
  expect((await remove()).status).toBe(404);
});

describe('asking which rule a key would get', () => {
  test('answers what the pipeline will decide', async () => {
    const { set, match, id } = await newRules('');
    const prefixes = ['a/', 'a/b/', 'a/b/c/', 'a b/', 'ä/', '😀/', '😀/😀/', 'a%2Fb/', 'a_/', 'a*/', 'A/'];
    for (const prefix of prefixes) expect((await set(prefix, AS_IS)).status).toBe(200);
    const names = ['x.pdf', '%', 'b.pdf', 'c/x.pdf', '/x.pdf', 'b/x.pdf', 'b/c/x.pdf', 'b/cx.pdf'];
    for (const prefix of ['', ...prefixes]) {
      for (const name of names) {
        const key = `${prefix}${name}`;
        const { rows } = await sql.query('select (private.folder_rule_for($1, $2)).prefix', [id, key]);
        expect(at((await match(key)).body, 'rule.prefix') ?? null, key).toBe(at(rows, '0.prefix'));
      }
    }
  });

  test('explains it', async () => {
    const { set, match } = await newRules();
    expect((await match('in/de/a.pdf')).body).toMatchObject({
      rule: null,
      candidates: [],
      effective: { language: 'en', qualityTier: 'standard', overwritePolicy: 'reprocess' },
      outputs: [
        { kind: 'pdf', key: 'out/de/a.pdf' },
        { kind: 'html', key: 'out/de/a.pdf.html' },
      ],
    });
    await set('in/', { language: 'fr' });
    await set('in/de/', { language: 'de' });
    const { body } = await match('in/de/a.pdf');
    expect(body).toMatchObject({
      rule: { prefix: 'in/de/' },
      candidates: ['in/de/', 'in/'],
      effective: { language: 'de' },
      skippedAs: null,
    });
    expect(at(body, 'why')).toContain('"in/de/" is the longest');
    expect((await match('in/de/a.txt')).body).toMatchObject({ skippedAs: { code: 'not_pdf' }, outputs: [] });
  });

  test('names the field when it cannot be a key of the integration', async () => {
    const { match } = await newRules();
    for (const key of ['elsewhere/a.pdf', '', 'in/\0.pdf', `in/${'é'.repeat(600)}`]) {
      const answer = await match(key);
      expect([answer.status, fieldsOf(answer)], key).toEqual([400, ['key']]);
    }
  });
});
