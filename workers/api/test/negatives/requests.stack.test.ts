import { type Answer, at, call, fieldsOf, type Operation } from '@sluice/testkit/api-client';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import {
  bodiesFor,
  namesARecord,
  pathFor,
  unknownFields,
  unstorableTexts,
  urlFor,
  wrongTypes,
} from '../support/requests.ts';
import {
  attempt,
  document,
  FIRST_ID,
  guarded,
  openWorld,
  RESEAL_ID,
  TARGET_ID,
  TENANT_ID,
  type World,
} from './world.ts';

/** What no operation takes, whoever asks. */

const writes = guarded.filter(({ method }) => method !== 'GET');
const withBody = guarded.filter(({ spec }) => spec.requestBody !== undefined);

const KIBIBYTE = 1024;

let owner: World['owner'];
let own: World['own'];

beforeAll(async () => {
  ({ owner, own } = await openWorld());
});

/** The operation as its owner would call it, but for what is given. */
const asOwner = (operation: Operation, options: { body?: unknown; headers?: Record<string, string> }) =>
  attempt(operation, own, { token: owner.token, ...options });

test('the document has operations to try', () => {
  expect(writes.length).toBeGreaterThan(20);
  expect(withBody.length).toBeGreaterThan(10);
});

describe.each(guarded.filter(namesARecord))('$name', (operation) => {
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

describe.each(writes)('$name', (operation) => {
  test('refuses a body of more than 64 KiB, with and without a length', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(64 * KIBIBYTE) });
    expect((await asOwner(operation, { body })).status).toBe(413);
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
      const answer = await asOwner(operation, {
        body: '{"name":"x"}',
        headers: { 'content-type': type },
      });
      expect(answer.status, type).toBe(415);
    }
  });
});

describe.each(withBody)('$name', (operation) => {
  const send = (body: unknown): Promise<Answer> => asOwner(operation, { body });

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
      const answer = await asOwner(operation, {
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
