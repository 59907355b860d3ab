import { Validator } from '@seriousme/openapi-schema-validator';
import { loadDocument, operationsOf, takesToken } from '@sluice/testkit/api-client';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { addRoutes } from '../../src/routes/index.ts';

const unused = (): never => {
  throw new Error('not part of this test');
};

const unlimited = { limit: unused };

const { document, conformance } = await loadDocument();
const operations = operationsOf(document);

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate({ ...structuredClone(document) });
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  test('covers every route the app has, and no other', () => {
    const app = createApp({
      verifyToken: unused,
      clientFor: unused,
      engine: {
        createS3Integration: unused,
        receiveS3Events: unused,
        testS3Connection: unused,
        editS3Integration: unused,
        startDryRun: unused,
        startEventTest: unused,
        createNotificationTarget: unused,
        updateNotificationTarget: unused,
        rotateNotificationSecret: unused,
        testNotificationTarget: unused,
        startReseal: unused,
        rotateS3Credentials: unused,
        issueEventSecret: unused,
        rotateEventSecret: unused,
        deployR2Receiver: unused,
        removeR2Receiver: unused,
        readS3Result: unused,
        watchS3ConnectionTest: unused,
      },
      limiters: {
        reads: unlimited,
        writes: unlimited,
        sensitive: unlimited,
        open: unlimited,
        events: unlimited,
      },
      aws: { principalArn: null, templateUrl: null },
      log: { info: () => undefined, error: () => undefined },
    });
    addRoutes(app);
    const routes = app.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`);
    expect(new Set(operations.map(({ name }) => name))).toEqual(new Set(routes));
    expect(routes.length).toBeGreaterThan(8);
  });

  test('asks for a token everywhere but at the health check, itself, and of deliveries, which prove themselves', () => {
    const open = operations.filter((operation) => !takesToken(operation)).map(({ name }) => name);
    expect(open.toSorted()).toEqual([
      'GET /api/health',
      'GET /api/openapi.json',
      'GET /api/reference',
      'POST /api/events/s3/{integrationId}',
    ]);
  });

  test.each(operations)('$name says what it does, with what, and what may go wrong', (operation) => {
    const { spec, method, path } = operation;
    expect(spec.summary).toBeTruthy();
    expect(spec.description).toBeTruthy();
    expect(spec.tags).toHaveLength(1);
    for (const parameter of spec.parameters ?? []) expect(parameter.description, parameter.name).toBeTruthy();
    const statuses = Object.keys(spec.responses);
    // A delivery of events proves itself, and answers otherwise.
    if (!takesToken(operation)) return;
    expect(statuses).toEqual(expect.arrayContaining(['400', '401', '500', '503']));
    if (spec.parameters?.some(({ in: place }) => place === 'path') === true)
      expect(statuses).toContain('404');
    if (method !== 'GET') expect(statuses).toEqual(expect.arrayContaining(['413', '415']));
    // Whom an operation of support is not for, it does not exist.
    if (method !== 'GET' && !path.startsWith('/api/admin/')) expect(statuses).toContain('403');
  });

  test.each(operations.filter(({ spec }) => spec.requestBody !== undefined))(
    'the examples of what $name takes are what it takes',
    (operation) => {
      const examples = operation.spec.requestBody?.content['application/json']?.examples ?? {};
      expect(Object.keys(examples).length).toBeGreaterThan(0);
      for (const [name, { value }] of Object.entries(examples)) {
        expect(conformance.requestProblems(operation, value), name).toEqual([]);
      }
    },
  );

  test.each(operations)('every answer of $name has an example, and it is one', (operation) => {
    for (const [status, { content }] of Object.entries(operation.spec.responses)) {
      const media = content?.['application/json'];
      if (media === undefined) continue;
      const examples = Object.values(media.examples ?? {}).map(({ value }) => value);
      if (media.example !== undefined) examples.push(media.example);
      expect(examples.length, status).toBeGreaterThan(0);
      for (const example of examples) {
        const problems = conformance.problems(operation, Number(status), 'application/json', example);
        expect(problems, `${status} ${JSON.stringify(example)}`).toEqual([]);
      }
    }
  });

  test('names each operation once', () => {
    const ids = operations.map(({ spec }) => spec.operationId);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('the examples of problems are problems of that status', () => {
    for (const { spec, name } of operations) {
      for (const [status, response] of Object.entries(spec.responses)) {
        for (const { value } of Object.values(
          response.content?.['application/problem+json']?.examples ?? {},
        )) {
          expect(conformance.componentProblems('Problem', value), `${name} ${status}`).toEqual([]);
          expect(value, `${name} ${status}`).toMatchObject({ status: Number(status) });
        }
      }
    }
  });
});
