import { addMember, createUser } from '@sluice/testkit';
import {
  type Answer,
  at,
  call,
  fieldsOf,
  loadDocument,
  newIntegration,
  newTenant,
  type Operation,
  operationsOf,
  takesToken,
  withoutRequestId,
} from '@sluice/testkit/api-client';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { openSql, seedDryRun, seedObject, seedReplay } from './support/fixtures.ts';
import { seedDelivery } from './support/notifications.ts';
import {
  bodiesFor,
  namesARecord,
  pathFor,
  type Records,
  unknownFields,
  unstorableTexts,
  urlFor,
  wrongTypes,
} from './support/requests.ts';
import { badTokens, claimsFor, signAsStack } from './support/tokens.ts';

/**
 * What every operation of the API refuses, whichever operations there are: the requests are made from the OpenAPI
 * document. Nothing here may succeed, so one integration serves all.
 */

const { document } = await loadDocument();
const guarded = operationsOf(document).filter(takesToken);
const writes = guarded.filter(({ method }) => method !== 'GET');
const withBody = guarded.filter(({ spec }) => spec.requestBody !== undefined);
const forAdmins = guarded.filter(({ spec }) => spec.responses['403'] !== undefined);
/** To tenants they do not exist; their own tests say what support sees. */
const isForSupport = ({ path }: Operation): boolean => path.startsWith('/api/admin/');

const sql = openSql();
const KIBIBYTE = 1024;
const FIRST_ID = '/api/integrations/s3/{id}';
const TARGET_ID = '/api/notification-targets/{id}';
const RESEAL_ID = '/api/admin/reseals/{id}';
const TENANT_ID = '/api/tenants/{id}';
const OPENED_TENANT_ID = '/api/admin/tenants/{id}';

let owner: { token: string; id: string };
let member: string;
let own: Records;
let others: Records;
let missing: Records;
let tokens: Record<string, string>;

beforeAll(async () => {
  const stack = inject('stack');
  const [tenant, otherTenant] = await Promise.all([newTenant(), newTenant()]);
  const [integrationId, otherId] = await Promise.all([
    // Where the document's examples of keys and folders lie.
    newIntegration(tenant, { inputPrefix: 'incoming/', outputPrefix: 'accessible/' }),
    newIntegration(otherTenant),
  ]);
  const records = (
    tenantId: string,
    integration: string,
    object: string,
    replay: string,
    { targetId, deliveryId }: { targetId: string; deliveryId: string },
  ): Records => ({
    tenantId,
    ids: {
      [FIRST_ID]: integration,
      '/api/events/s3/{integrationId}': integration,
      [`${FIRST_ID}/objects/{objectId}`]: object,
      [`${FIRST_ID}/replays/{replayId}`]: replay,
      [TARGET_ID]: targetId,
      [RESEAL_ID]: crypto.randomUUID(),
      [TENANT_ID]: tenantId,
      [OPENED_TENANT_ID]: tenantId,
      [`${TARGET_ID}/deliveries/{deliveryId}`]: deliveryId,
    },
  });
  const seeded = async (tenantId: string, id: string): Promise<Records> =>
    records(
      tenantId,
      id,
      await seedObject(sql, tenantId, id),
      await seedReplay(sql, tenantId, id),
      await seedDelivery(sql, tenantId),
    );
  await seedDryRun(sql, tenant.id, integrationId);
  own = await seeded(tenant.id, integrationId);
  others = await seeded(otherTenant.id, otherId);
  missing = records(crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID(), {
    targetId: crypto.randomUUID(),
    deliveryId: crypto.randomUUID(),
  });
  owner = { token: tenant.owner.accessToken, id: tenant.owner.id };
  member = (await addMember(stack, tenant, 'member')).accessToken;
  tokens = await badTokens(owner.id, owner.token);
});

/** The operation as its owner would call it, but for what is given. */
const attempt = (
  operation: Operation,
  records: Records,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = { token: owner.token },
): Promise<Answer> => {
  const body = bodiesFor(operation, records)[0]?.body;
  return call(operation.method, urlFor(operation, records), {
    ...(body === undefined ? {} : { body }),
    ...options,
  });
};

test('the document has operations to try', () => {
  expect(guarded.length).toBeGreaterThan(6);
  expect(withBody.length).toBeGreaterThan(1);
  expect(forAdmins.length).toBeGreaterThan(3);
});

describe.each(guarded)('$name', (operation) => {
  test('refuses a caller without a token', async () => {
    expect((await attempt(operation, own, {})).status).toBe(401);
  });

  test('refuses every token that is not a signed-in user’s, all in the same words', async () => {
    const bare = withoutRequestId(await attempt(operation, own, {}));
    for (const [name, token] of Object.entries(tokens)) {
      expect(withoutRequestId(await attempt(operation, own, { token })), name).toEqual(bare);
    }
    // The same claims, signed as they should be, are believed: it was not the claims that were refused.
    const token = await signAsStack(claimsFor(owner.id));
    expect((await attempt(operation, missing, { token })).status).not.toBe(401);
  });

  test('takes the token as a bearer token in the header and nowhere else', async () => {
    for (const authorization of [owner.token, `Basic ${owner.token}`, `Bearer ${owner.token} x`, 'Bearer ']) {
      expect((await attempt(operation, own, { headers: { authorization } })).status).toBe(401);
    }
    const path = urlFor(operation, own, { access_token: owner.token });
    expect((await call(operation.method, path)).status).toBe(401);
  });
});

describe.each(guarded.filter(namesARecord))('$name', (operation) => {
  test('gives the same 404 for another tenant’s record as for one that is not there', async () => {
    const [foreign, absent] = await Promise.all([attempt(operation, others), attempt(operation, missing)]);
    expect(foreign.status).toBe(404);
    expect(withoutRequestId(foreign)).toEqual(withoutRequestId(absent));
  });

  test('says which parameter is no id', async () => {
    for (const id of ['1', 'null', "x' or 1=1 --", '%00', '%ff', 'x'.repeat(3000)]) {
      const wrong = encodeURIComponent(id).replaceAll('%25', '%');
      const path = [FIRST_ID, TARGET_ID, RESEAL_ID, TENANT_ID].reduce(
        (url, parameter) => url.replace(own.ids[parameter] ?? '', wrong),
        urlFor(operation, own),
      );
      const answer = await call(operation.method, path, {
        token: owner.token,
        ...bodiesFor(operation, own)[0],
      });
      expect(answer.status, id).toBe(400);
      expect(fieldsOf(answer), id).toContain('id');
    }
  });
});

describe.each(forAdmins)('$name', (operation) => {
  test('is refused to a mere member of the tenant', async () => {
    const answer = await attempt(operation, own, { token: member });
    expect(answer.status).toBe(403);
    expect(at(answer.body, 'code')).toBe('forbidden');
  });
});

describe.each(guarded.filter((operation) => !forAdmins.includes(operation)))('$name', (operation) => {
  test('serves every member of the tenant, and changes nothing', async () => {
    if (!isForSupport(operation)) expect(operation.method).toBe('GET');
    const expected = isForSupport(operation) ? 404 : 200;
    expect((await attempt(operation, own, { token: member })).status).toBe(expected);
  });

  test('tells a stranger nothing of the tenant', async () => {
    const stranger = await createUser(inject('stack'));
    const answer = await attempt(operation, own, { token: stranger.accessToken });
    for (const id of [own.tenantId, ...Object.values(own.ids)]) expect(answer.text).not.toContain(id);
    expect([200, 404]).toContain(answer.status);
  });
});

describe.each(writes)('$name', (operation) => {
  test('refuses a body of more than 64 KiB, with and without a length', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(64 * KIBIBYTE) });
    expect((await attempt(operation, own, { token: owner.token, body })).status).toBe(413);
    const chunked = await fetch(`${inject('stack').apiUrl}${pathFor(operation, own)}`, {
      method: operation.method,
      headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' },
      body: new Blob([body]).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
    expect(await chunked.json()).toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  test('refuses a body that does not call itself JSON', async () => {
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      '',
    ];
    for (const type of types) {
      const answer = await attempt(operation, own, {
        token: owner.token,
        body: '{"name":"x"}',
        headers: { 'content-type': type },
      });
      expect(answer.status, type).toBe(415);
    }
  });
});

describe.each(withBody)('$name', (operation) => {
  const send = (body: unknown): Promise<Answer> => attempt(operation, own, { token: owner.token, body });

  test('says that a body is no JSON', async () => {
    for (const body of ['{', '{"name":}', 'name=x', '\u0000', "{'name':'x'}", '{"name":"x"}{"name":"y"}']) {
      const answer = await send(body);
      expect(answer.status, body).toBe(400);
      expect(fieldsOf(answer), body).toEqual(['(body)']);
    }
  });

  test('says that a body is no object', async () => {
    for (const body of ['null', '[]', '"text"', '1', 'true', '['.repeat(30_000) + ']'.repeat(30_000)]) {
      const answer = await send(body);
      expect(answer.status, body.slice(0, 20)).toBe(400);
      expect(fieldsOf(answer).length, body.slice(0, 20)).toBeGreaterThan(0);
    }
  });

  test('says that a body is missing', async () => {
    const answer = await call(operation.method, urlFor(operation, own), { token: owner.token });
    if (operation.spec.requestBody?.required === false) {
      // Nothing is missing: what may be left out has its meaning.
      expect([200, 202, 409]).toContain(answer.status);
      return;
    }
    expect(answer.status).toBe(400);
    expect(fieldsOf(answer).length).toBeGreaterThan(0);
  });

  test.each([
    ['a wrong type', wrongTypes],
    ['an unknown name', unknownFields],
    ['text that cannot be stored', unstorableTexts],
  ])('names the field with %s', async (_what, variants) => {
    for (const { body: valid, example } of bodiesFor(operation, own)) {
      for (const { field, body } of variants(valid)) {
        const answer = await send(body);
        const shown = `${example}: ${field} in ${JSON.stringify(body)} → ${answer.text}`;
        expect(answer.status, shown).toBe(400);
        expect(at(answer.body, 'code'), shown).toBe('invalid_request');
        expect(
          fieldsOf(answer).some((named) => named === field || named.startsWith(`${field}.`)),
          shown,
        ).toBe(true);
      }
    }
  });

  test('gives the same 404 for another tenant in the body as for one that is not there', async () => {
    for (const { body, example } of bodiesFor(operation, own)) {
      if (!('tenantId' in body)) continue;
      const foreign = await send({ ...body, tenantId: others.tenantId });
      const absent = await send({ ...body, tenantId: missing.tenantId });
      expect(foreign.status, example).toBe(404);
      expect(withoutRequestId(foreign), example).toEqual(withoutRequestId(absent));
    }
  });
});

const queryOf = ({ spec }: Operation) => (spec.parameters ?? []).filter(({ in: place }) => place === 'query');

describe.each(guarded.filter((operation) => queryOf(operation).length > 0))('$name', (operation) => {
  const query = queryOf(operation);

  test.each(query)('says that the parameter $name is wrong', async ({ name, schema }) => {
    // What holds a whole key may hold anything that fits one.
    const isFreeText = Number(schema['maxLength'] ?? 0) >= KIBIBYTE;
    const wrong = isFreeText
      ? ['', 'x'.repeat(3000), '%00']
      : ['', '-1', '1.5', 'x'.repeat(300), '%00', '[]'];
    for (const value of wrong) {
      const answer = await call(operation.method, urlFor(operation, own, { [name]: value }), {
        token: owner.token,
        ...bodiesFor(operation, own)[0],
      });
      expect(answer.status, `${name}=${value}`).toBe(400);
      expect(fieldsOf(answer), `${name}=${value}`).toEqual([name]);
    }
  });
});

describe.each(guarded)('$name', (operation) => {
  test('names a parameter nobody knows', async () => {
    const answer = await call(operation.method, urlFor(operation, own, { surprise: '1' }), {
      token: owner.token,
      ...bodiesFor(operation, own)[0],
    });
    expect(answer.status, answer.text).toBe(400);
    expect(fieldsOf(answer)).toEqual(['surprise']);
  });
});

const takesKey = ({ spec }: Operation): boolean =>
  spec.parameters?.some(({ name }) => name === 'idempotency-key') === true;

describe.each(guarded.filter(takesKey))('$name', (operation) => {
  test('says that an Idempotency-Key is malformed, and does nothing', async () => {
    for (const key of ['', 'a b', 'x'.repeat(256), 'caf\u00e9', 'a\tb']) {
      const answer = await attempt(operation, own, {
        token: owner.token,
        headers: { 'idempotency-key': key },
        ...bodiesFor(operation, own)[0],
      });
      expect([answer.status, fieldsOf(answer)], key).toEqual([400, ['idempotency-key']]);
    }
  });
});

test('the document has operations that take a key', () => {
  expect(guarded.filter(takesKey).length).toBeGreaterThan(10);
});

describe.each(Object.entries(document.paths))('%s', (path, methods) => {
  test('answers methods it does not have with 405 and those it has', async () => {
    const template = { name: path, method: 'GET', path, spec: { responses: {} } };
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      if (method.toLowerCase() in methods) continue;
      const answer = await call(method, pathFor(template, own), { token: owner.token });
      expect(answer.status, method).toBe(405);
      const allowed = (answer.headers.get('allow') ?? '').split(', ');
      const expected = Object.keys(methods).map((name) => name.toUpperCase());
      expect(new Set(allowed), method).toEqual(
        new Set([...expected, ...(expected.includes('GET') ? ['HEAD'] : [])]),
      );
    }
  });
});
