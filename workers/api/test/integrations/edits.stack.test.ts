import {
  type Answer,
  at,
  call,
  fieldsOf,
  loadDocument,
  newIntegration,
  newTenant,
  operationsOf,
  stringAt,
} from '@sluice/testkit/api-client';
import { describe, expect, test } from 'vitest';
import { openSql, park } from '../support/fixtures.ts';

/** Two people who edit the same record do not overwrite one another unseen: ETag and If-Match, by kind of record. */

const sql = openSql();
const { document } = await loadDocument();

interface Editing {
  readonly edit: (name: string, ifMatch?: string) => Promise<Answer>;
  readonly remove: (ifMatch?: string) => Promise<Answer>;
  /** The same through PostgREST, past the API. */
  readonly editPastTheApi: ((revision: number) => PromiseLike<{ status: number }>) | null;
}

const newIntegrationOf = async () => {
  const tenant = await newTenant();
  const id = await newIntegration(tenant, { inputPrefix: 'in/', outputPrefix: 'out/' });
  await park(sql, id);
  return { tenant, id, token: tenant.owner.accessToken };
};

const headersOf = (ifMatch?: string) => (ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } });

const newTarget = async (tenantId: string, token: string): Promise<string> => {
  const body = { tenantId, name: crypto.randomUUID(), url: 'https://hooks.example.com/sluice' };
  const created = await call('POST', '/api/notification-targets', { token, body });
  expect(created.headers.get('etag')).toMatch(/^"1\.[\w-]{16}"$/);
  return stringAt(created.body, 'id');
};

const LANGUAGES: Readonly<Record<string, string>> = { one: 'de', two: 'fr', three: 'it' };

/** Each begins with a record that was edited once or created, at the revision of the answer. */
const RECORDS: Readonly<Record<string, () => Promise<Editing>>> = {
  'a folder rule': async () => {
    const { id, token, tenant } = await newIntegrationOf();
    const path = `/api/integrations/s3/${id}/rules?prefix=in%2Fde%2F`;
    const rule = (name: string) => ({ language: LANGUAGES[name] ?? 'en' });
    return {
      edit: (name, ifMatch) => call('PUT', path, { token, body: rule(name), ...headersOf(ifMatch) }),
      remove: (ifMatch) => call('DELETE', path, { token, ...headersOf(ifMatch) }),
      editPastTheApi: (revision) =>
        tenant.owner.client.rpc('set_s3_folder_rule', {
          p_integration_id: id,
          p_prefix: 'in/de/',
          p_rule: rule('two'),
          p_revision: revision,
        }),
    };
  },
  'a notification target': async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const path = `/api/notification-targets/${await newTarget(tenant.id, token)}`;
    return {
      edit: (name, ifMatch) => call('PATCH', path, { token, body: { name }, ...headersOf(ifMatch) }),
      remove: (ifMatch) => call('DELETE', path, { token, ...headersOf(ifMatch) }),
      editPastTheApi: null,
    };
  },
  'an integration': async () => {
    const { id, token, tenant } = await newIntegrationOf();
    const path = `/api/integrations/s3/${id}`;
    return {
      edit: (name, ifMatch) => call('PATCH', path, { token, body: { name }, ...headersOf(ifMatch) }),
      remove: (ifMatch) => call('DELETE', path, { token, ...headersOf(ifMatch) }),
      editPastTheApi: (revision) =>
        tenant.owner.client.rpc('update_s3_integration', {
          p_integration_id: id,
          p_changes: { name: 'two' },
          p_revision: revision,
        }),
    };
  },
  'the target of an integration': async () => {
    const { id, token, tenant } = await newIntegrationOf();
    const targets = Object.fromEntries(
      await Promise.all(
        Object.keys(LANGUAGES).map(async (name) => [name, await newTarget(tenant.id, token)] as const),
      ),
    );
    const path = `/api/integrations/s3/${id}/notification-target`;
    return {
      edit: (name, ifMatch) =>
        call('PUT', path, { token, body: { targetId: targets[name] ?? null }, ...headersOf(ifMatch) }),
      remove: (ifMatch) => call('DELETE', `/api/integrations/s3/${id}`, { token, ...headersOf(ifMatch) }),
      editPastTheApi: (revision) =>
        tenant.owner.client.rpc('set_integration_notification_target', {
          p_integration_id: id,
          p_revision: revision,
        }),
    };
  },
};

const etagOf = (answer: Answer): string => answer.headers.get('etag') ?? '';

describe.each(Object.entries(RECORDS))('%s', (_name, begin) => {
  test('is edited and deleted by whoever knows its present revision, and nobody else', async () => {
    const { edit, remove, editPastTheApi } = await begin();
    const first = await edit('one');
    expect(first.status, first.text).toBe(200);
    expect(etagOf(first)).toMatch(/^"\d+\.[\w-]{16}"$/);
    const second = await edit('two', etagOf(first));
    expect(second.status, second.text).toBe(200);
    expect(Number(at(second.body, 'revision'))).toBe(Number(at(first.body, 'revision')) + 1);

    for (const stale of [await edit('three', etagOf(first)), await remove(etagOf(first))]) {
      expect([stale.status, at(stale.body, 'code')]).toEqual([412, 'edit_conflict']);
      // The ETag that stands, so that a client need not guess.
      expect(revisionIn(etagOf(stale))).toBe(revisionIn(etagOf(second)));
    }
    if (editPastTheApi !== null) expect((await editPastTheApi(revisionIn(etagOf(first)))).status).toBe(412);

    const weak = `W/${etagOf(second)}`;
    const short = `"${revisionIn(etagOf(second)) + 1}"`;
    expect((await edit('three', weak)).status).toBe(200);
    expect((await edit('one', short)).status).toBe(200);
    expect((await edit('two', '*')).status).toBe(200);
    expect((await edit('three')).status).toBe(200);
    expect((await remove('"9999"')).status).toBe(412);
    expect((await remove('*')).status).toBe(204);
  });

  test('takes one of two edits made of the same revision at once', async () => {
    const { edit } = await begin();
    const etag = etagOf(await edit('one'));
    const answers = await Promise.all(['two', 'three', 'two', 'three'].map((name) => edit(name, etag)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412, 412]);
  });
});

const revisionIn = (etag: string): number => Number(/^"(\d+)/.exec(etag)?.[1]);

test('a rule that is not there is not created by who meant to replace one', async () => {
  const { id, token } = await newIntegrationOf();
  const path = `/api/integrations/s3/${id}/rules?prefix=in%2Fx%2F`;
  for (const ifMatch of ['"1"', '*']) {
    const answer = await call('PUT', path, { token, body: { language: 'de' }, ...headersOf(ifMatch) });
    expect([answer.status, answer.headers.get('etag')], ifMatch).toEqual([412, null]);
  }
  expect(at((await call('GET', `/api/integrations/s3/${id}/rules`, { token })).body, 'items')).toEqual([]);
});

describe('a read with If-None-Match', () => {
  test('is answered 304 while the answer would be the same, and not when anything in it changed', async () => {
    const { id, token } = await newIntegrationOf();
    const path = `/api/integrations/s3/${id}`;
    const read = (ifNoneMatch: string) =>
      call('GET', path, { token, headers: { 'if-none-match': ifNoneMatch } });
    const etag = etagOf(await call('GET', path, { token }));
    for (const same of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await read(same);
      expect([answer.status, answer.text, etagOf(answer)], same).toEqual([304, '', etag]);
    }
    expect((await read('"1"')).status).toBe(200);
    // No edit, so the same revision, but something the answer shows.
    await sql.query(`update public.s3_poll_states set last_completed_at = now() where integration_id = $1`, [
      id,
    ]);
    const changed = await read(etag);
    expect(changed.status).toBe(200);
    expect(revisionIn(etagOf(changed))).toBe(revisionIn(etag));
  });
});

describe.each(
  operationsOf(document).filter(
    ({ spec }) => spec.parameters?.some(({ name }) => name === 'if-match') === true,
  ),
)('$name', (operation) => {
  test('documents the conflict', () => {
    expect(operation.spec.responses['412']).toBeDefined();
  });

  test('says that If-Match is malformed', async () => {
    const id = crypto.randomUUID();
    const path = operation.path.replaceAll(/\{\w+\}/g, id);
    const body = Object.values(operation.spec.requestBody?.content['application/json']?.examples ?? {})[0]
      ?.value;
    const query = path.endsWith('/rules') ? '?prefix=in%2F' : '';
    const { token } = await newIntegrationOf();
    for (const ifMatch of ['3', '"x"', '"-1"', '"1","2"', '"1', "'1'", '" 1"', '"1.5.6"', '"99999999999"']) {
      const answer = await call(operation.method, `${path}${query}`, {
        token,
        ...(body === undefined ? {} : { body }),
        headers: { 'if-match': ifMatch },
      });
      expect([answer.status, fieldsOf(answer)], ifMatch).toEqual([400, ['if-match']]);
    }
  });
});
