import { addMember } from '@sluice/testkit';
import {
  type Answer,
  at,
  call,
  fieldsOf,
  genericBody,
  loadDocument,
  newDraft,
  newIntegration,
  newTenant,
  type Operation,
  operationsOf,
  stringAt,
} from '@sluice/testkit/api-client';
import { describe, expect, inject, test } from 'vitest';
import { openSql, park } from '../support/fixtures.ts';

/**
 * The three states of a field in an edit, of every PATCH and PUT the document has: left out it keeps its value (a PUT replaces
 * as a whole), null clears it where the schema takes null, and null is refused by name where it does not.
 */

type Schema = Readonly<Record<string, unknown>>;

const sql = openSql();
const { document } = await loadDocument();
const edits = operationsOf(document).filter(({ method }) => method === 'PATCH' || method === 'PUT');

const asSchema = (value: unknown): Schema =>
  typeof value === 'object' && value !== null ? (value as Schema) : {};

const resolve = (schema: Schema): Schema => {
  const { $ref: reference } = schema;
  const name = typeof reference === 'string' ? /[^/]+$/.exec(reference)?.[0] : undefined;
  return name === undefined ? schema : asSchema(document.components.schemas[name]);
};

const isNullable = (schema: Schema): boolean =>
  [schema['type']].flat().includes('null') ||
  (Array.isArray(schema['anyOf']) && schema['anyOf'].some((one) => isNullable(asSchema(one))));

interface Field {
  readonly field: string;
  readonly nullable: boolean;
}

const fieldsIn = ({ spec }: Operation): Field[] => {
  const schema = resolve(asSchema(spec.requestBody?.content['application/json']?.schema));
  return Object.entries(asSchema(schema['properties'])).map(([field, inner]) => ({
    field,
    nullable: isNullable(asSchema(inner)),
  }));
};

/** A record to edit, and what an edit may set its fields to. */
interface Editing {
  readonly edit: (body: object) => Promise<Answer>;
  /** What it is before anything was set. */
  readonly read: () => Promise<unknown>;
  readonly samples: Readonly<Record<string, unknown>>;
  /** What of a field the answer shows, where it does not show the field itself. */
  readonly shown?: Readonly<Record<string, (body: unknown) => unknown>>;
}

const editingOf = (token: string, method: string, path: string, readPath = path) => ({
  edit: (body: object) => call(method, path, { token, body }),
  read: async () => (await call('GET', readPath, { token })).body,
});

const PROVIDERS: Readonly<Record<string, string>> = {
  accountId: 'r2',
  jurisdiction: 'r2',
  roleArn: 'aws_role',
};
const EXAMPLES =
  document.paths['/api/integrations/s3']?.['post']?.requestBody?.content['application/json']?.examples ?? {};

/** A draft of the provider that has the field, so that no edit needs to stop it. */
const integrationWith = async (field: string): Promise<Editing> => {
  const tenant = await newTenant();
  const provider = PROVIDERS[field];
  const nothing = { endpoint: undefined, credentials: undefined, region: undefined };
  const folder = crypto.randomUUID();
  const prefixes = { inputPrefix: `${folder}/in/`, outputPrefix: `${folder}/out/` };
  const body = {
    ...genericBody(tenant.id),
    ...(provider === undefined ? {} : { ...nothing, ...asSchema(EXAMPLES[provider]?.value) }),
    ...prefixes,
    tenantId: tenant.id,
  };
  // Only what runs can be paused.
  const id = await (field === 'status' ? newIntegration : newDraft)(tenant, body);
  await park(sql, id);
  const token = tenant.owner.accessToken;
  const path = `/api/integrations/s3/${id}`;
  if (field === 'detectionMode') await call('POST', `${path}/event-secret`, { token });
  if (field === 'credentials') {
    // They are taken where none are stored any more.
    await call('PATCH', path, { token, body: { bucket: 'another-bucket' } });
  }
  const { s3 } = inject('stack');
  return {
    ...editingOf(token, 'PATCH', path),
    samples: {
      name: 'Renamed',
      status: 'paused',
      startFrom: '2025-01-01T00:00:00.000Z',
      overwritePolicy: 'keep_versions',
      language: 'pt-BR',
      bucket: 'another-bucket',
      inputPrefix: `${folder}/in-2/`,
      outputPrefix: `${folder}/out-2/`,
      region: 'eu-west-9',
      endpoint: s3.endpoint.replace('127.0.0.1', 'localhost'),
      addressingStyle: 'virtual',
      accountId: 'f'.repeat(32),
      jurisdiction: 'fedramp',
      roleArn: 'arn:aws:iam::210987654321:role/another',
      credentials: { accessKeyId: 'AKIATHREESTATES', secretAccessKey: 'aSecretOfThreeStates' },
      detectionMode: 'event',
    },
    shown: {
      jurisdiction: (shown) => /\.(eu|fedramp)\./.exec(String(at(shown, 'endpoint')))?.[1] ?? null,
      accountId: (shown) => /[0-9a-f]{32}/.exec(String(at(shown, 'endpoint')))?.[0],
      credentials: (shown) => at(shown, 'credentialsStored'),
      startFrom: (shown) => {
        const from = at(shown, 'startFrom');
        return typeof from === 'string' ? new Date(from).toISOString() : from;
      },
    },
  };
};

/** By operation: a record of its own to edit. A new PATCH or PUT takes an entry here. */
const RECORDS: Readonly<Record<string, (field: string) => Promise<Editing>>> = {
  'PATCH /api/integrations/s3/{id}': integrationWith,
  'PATCH /api/notification-targets/{id}': async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const body = { tenantId: tenant.id, name: 'Ours', url: 'https://hooks.example.com/sluice' };
    const id = stringAt((await call('POST', '/api/notification-targets', { token, body })).body, 'id');
    return {
      ...editingOf(token, 'PATCH', `/api/notification-targets/${id}`),
      samples: { name: 'Theirs', url: 'https://hooks.example.com/other', status: 'disabled' },
    };
  },
  'PATCH /api/tenants/{id}/members/{userId}': () => memberRecord(),
  'PUT /api/integrations/s3/{id}/notification-target': async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const body = { tenantId: tenant.id, name: 'Ours', url: 'https://hooks.example.com/sluice' };
    const targetId = stringAt((await call('POST', '/api/notification-targets', { token, body })).body, 'id');
    const id = await newDraft(tenant);
    await park(sql, id);
    return {
      ...editingOf(token, 'PUT', `/api/integrations/s3/${id}/notification-target`),
      samples: { targetId },
    };
  },
  'PUT /api/integrations/s3/{id}/rules': async () => {
    const tenant = await newTenant();
    const id = await newDraft(tenant, { inputPrefix: 'in/', outputPrefix: 'out/' });
    await park(sql, id);
    const token = tenant.owner.accessToken;
    const target = { tenantId: tenant.id, name: 'legal-team', url: 'https://hooks.example.com/legal' };
    await call('POST', '/api/notification-targets', { token, body: target });
    const rules = `/api/integrations/s3/${id}/rules`;
    await call('PUT', `${rules}?prefix=in%2Fde%2F`, { token, body: { language: 'fr' } });
    const { edit, read } = editingOf(token, 'PUT', `${rules}?prefix=in%2Fde%2F`, rules);
    return {
      edit,
      read: async () => at(await read(), 'items.0'),
      samples: {
        qualityTier: 'enhanced',
        language: 'pt-BR',
        notificationTarget: 'legal-team',
        overwritePolicy: 'keep_versions',
        outputSubfolder: 'legal/',
      },
    };
  },
};

const memberRecord = async (): Promise<Editing> => {
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const { id } = await addMember(inject('stack'), tenant, 'member');
  const path = `/api/tenants/${tenant.id}/members`;
  const { edit, read } = editingOf(token, 'PATCH', `${path}/${id}`, path);
  // The owner stands before them.
  return { edit, read: async () => at(await read(), 'items.1'), samples: { role: 'admin' } };
};

/** What changes with a field, as the document says of it. */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  bucket: ['credentials'],
  endpoint: ['credentials'],
  accountId: ['credentials', 'endpoint'],
  jurisdiction: ['credentials', 'endpoint'],
};

const cases = edits.flatMap((operation) =>
  fieldsIn(operation).map(({ field, nullable }) => ({
    operation,
    field,
    nullable,
    name: `${operation.name} ${field}`,
  })),
);

const begin = async (operation: Operation, field: string) => {
  const editing = await RECORDS[operation.name]?.(field);
  if (editing === undefined) throw new Error(`say in three-states.stack.test.ts how to ${operation.name}`);
  if (!(field in editing.samples)) throw new Error(`${operation.name}: give a sample of ${field}`);
  const show = (body: unknown, name: string): unknown =>
    (editing.shown?.[name] ?? ((shown) => at(shown, name)))(body);
  return { ...editing, show };
};

test('the document has edits to try, and fields that take null and fields that do not', () => {
  expect(edits.map(({ name }) => name).toSorted()).toEqual(Object.keys(RECORDS).toSorted());
  expect(cases.filter(({ nullable }) => nullable).length).toBeGreaterThan(5);
  expect(cases.filter(({ nullable }) => !nullable).length).toBeGreaterThan(10);
});

describe.each(cases)('$name', ({ operation, field, nullable }) => {
  test('set and left out: the rest keeps its value, or is replaced by a PUT', async () => {
    const { edit, read, samples, show } = await begin(operation, field);
    const before = await read();
    const sample = samples[field];
    const set = await edit({ [field]: sample });
    expect(set.status, set.text).toBe(200);
    const isSecret = typeof sample === 'object';
    expect(show(set.body, field)).toEqual(isSecret ? true : sample);
    if (!isSecret) expect(show(set.body, field)).not.toEqual(show(before, field));
    const others = fieldsIn(operation)
      .map((other) => other.field)
      .filter((name) => name !== field && FOLLOWS[field]?.includes(name) !== true);
    for (const other of others) {
      const expected = operation.method === 'PUT' ? null : show(before, other);
      expect(show(set.body, other), other).toEqual(expected);
    }
    expect(show(await read(), field)).toEqual(show(set.body, field));
  });

  test('null', async () => {
    const { edit, read, samples, show } = await begin(operation, field);
    if (nullable) {
      expect((await edit({ [field]: samples[field] })).status).toBe(200);
      const cleared = await edit({ [field]: null });
      expect(cleared.status, cleared.text).toBe(200);
      expect(show(cleared.body, field)).toBeNull();
      expect(show(await read(), field)).toBeNull();
      return;
    }
    const before = await read();
    for (const body of [{ [field]: null }, { ...samples, [field]: null }]) {
      const refused = await edit(body);
      expect(refused.status, refused.text).toBe(400);
      expect(fieldsOf(refused)).toContain(field);
    }
    expect(await read()).toEqual(before);
  });
});
