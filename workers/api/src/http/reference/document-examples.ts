/**
 * An example of every answer, made of its schema, so that a new route has one without being told. What a field is called says
 * what it looks like; a test holds each example against its schema.
 */

type Schema = Readonly<Record<string, unknown>>;
type Schemas = Readonly<Record<string, Schema>>;

/** By the name of the field: what a reader expects to see there. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  name: 'Scanned archive',
  bucket: 'acme-documents',
  region: 'eu-central-1',
  endpoint: 'https://s3.example.com',
  roleArn: 'arn:aws:iam::123456789012:role/sluice',
  externalId: 'sluice-6f1c0b0e-2a34-4c1e-9d0f-1b2c3d4e5f60',
  accessKeyHint: 'MPLE',
  inputPrefix: 'incoming/',
  outputPrefix: 'accessible/',
  outputSubfolder: 'german/',
  prefix: 'incoming/de/',
  key: 'incoming/de/vertrag.pdf',
  etag: '5d41402abc4b2a76b9719d911017c592',
  language: 'de',
  url: 'https://hooks.example.com/sluice',
  signingSecret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD6bxn4Vd2cHk=',
  nextCursor: null,
  code: 'access_denied',
  title: 'The provider refused the operation',
  owner: 'customer_config',
  remedy: 'Grant the action named in `detail` on the bucket or prefix.',
  detail: 's3:ListBucket on acme-documents',
  providerCode: 'AccessDenied',
  kind: 'pdf',
  eventType: 'document.written_back',
  sizeBytes: 48_213,
  revision: 3,
  email: 'grace@example.com',
  tenantName: 'Acme Publishing',
  invitedBy: 'ada@example.com',
  invitationToken: 'slinv_PZ6vH1sGQ3yNfVwLd0cT8mJxK2eRbU5aYiO7hWqXnE4',
  acceptUrl: 'https://api.example.com/invitation#slinv_PZ6vH1sGQ3yNfVwLd0cT8mJxK2eRbU5aYiO7hWqXnE4',
};
const INSTANT = '2026-11-21T09:30:00.000Z';
const ID = '0d9c5c2e-1f6b-4a55-8f0a-2b7a4c1d9e10';
const MAX_DEPTH = 12;

const asSchema = (value: unknown): Schema =>
  typeof value === 'object' && value !== null ? (value as Schema) : {};

const resolve = (schema: Schema, schemas: Schemas): Schema => {
  const ref = schema['$ref'];
  const name = typeof ref === 'string' ? /^#\/components\/schemas\/(.+)$/.exec(ref)?.[1] : undefined;
  return name === undefined ? schema : (schemas[name] ?? {});
};

const typeOf = (schema: Schema): unknown => {
  const { type } = schema;
  return Array.isArray(type) ? (type.find((one) => one !== 'null') ?? 'null') : type;
};

const takes = (schema: Schema, value: unknown): boolean => {
  const { type, enum: values, pattern, format } = schema;
  if (Array.isArray(values)) return values.includes(value);
  const types = Array.isArray(type) ? type : [type];
  const actual = value === null ? 'null' : typeof value;
  if (format !== undefined || pattern !== undefined) return false;
  return types.includes(actual) || (types.includes('integer') && actual === 'number');
};

const textOf = (name: string, { format }: Schema): string => {
  if (format === 'uuid') return ID;
  if (format === 'date') return INSTANT.slice(0, 10);
  if (format === 'date-time' || /(At|Until|Since|From|To)$/.test(name)) return INSTANT;
  if (format === 'uri') return 'https://example.com/';
  return 'text';
};

/** A value the schema takes. `name` is that of the field it stands in. */
export const exampleOf = (given: unknown, schemas: Schemas, name = '', depth = 0): unknown => {
  const schema = resolve(asSchema(given), schemas);
  if ('example' in schema) return schema['example'];
  if ('const' in schema) return schema['const'];
  if (Object.hasOwn(BY_NAME, name) && takes(schema, BY_NAME[name])) return BY_NAME[name];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  const variants = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
  if (Array.isArray(variants)) {
    const fitting = variants.find((variant) => takes(resolve(asSchema(variant), schemas), BY_NAME[name]));
    return fitting !== undefined && Object.hasOwn(BY_NAME, name)
      ? BY_NAME[name]
      : exampleOf(variants[0], schemas, name, depth + 1);
  }
  switch (typeOf(schema)) {
    case 'object':
      return Object.fromEntries(
        Object.entries(asSchema(schema['properties'])).map(([field, inner]) => [
          field,
          depth > MAX_DEPTH ? null : exampleOf(inner, schemas, field, depth + 1),
        ]),
      );
    case 'array':
      return depth > MAX_DEPTH ? [] : [exampleOf(schema['items'], schemas, name, depth + 1)];
    case 'string':
      return textOf(name, schema);
    case 'integer':
    case 'number':
      return Number(schema['minimum'] ?? schema['exclusiveMinimum'] ?? 0) + 1;
    case 'boolean':
      return true;
    default:
      return null;
  }
};
