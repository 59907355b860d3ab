import type { Operation } from '@sluice/testkit/api-client';

/** Requests made from the OpenAPI document, so that a new route is tested without being listed. */

/** What stands for the parameters of a path, by the path up to them. A new kind of record takes a line here. */
export interface Records {
  readonly tenantId: string;
  /** By the path up to the parameter: `/api/integrations/s3/{id}` → an id. */
  readonly ids: Readonly<Record<string, string>>;
}

/** The path of an operation with its parameters filled in. @throws when nobody said what one stands for. */
export const pathFor = ({ path, name }: Operation, { ids }: Records): string => {
  let template = '';
  return path
    .split('/')
    .map((segment) => {
      template += `${template === '' && segment === '' ? '' : '/'}${segment}`;
      if (!segment.startsWith('{')) return segment;
      const id = ids[`/${template.replace(/^\/+/, '')}`];
      if (id === undefined) throw new Error(`${name}: say in negatives/world.ts what ${template} stands for`);
      return id;
    })
    .join('/');
};

/** The path with what the query must say, by the document's examples, and what is given besides or instead. */
export const urlFor = (
  operation: Operation,
  records: Records,
  given: Readonly<Record<string, string>> = {},
): string => {
  const query = { ...neededQuery(operation), ...given };
  const text = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  return `${pathFor(operation, records)}${text.length === 0 ? '' : `?${text.join('&')}`}`;
};

const neededQuery = ({ spec, name: operation }: Operation): Record<string, string> =>
  Object.fromEntries(
    (spec.parameters ?? [])
      .filter(({ in: place, required }) => place === 'query' && required === true)
      .map(({ name, schema, example = schema['example'] }) => {
        if (typeof example !== 'string') throw new Error(`${operation}: give an example of ${name}`);
        return [name, encodeURIComponent(example)];
      }),
  );

/** Whether the path names a record that another tenant may own. */
export const namesARecord = ({ path }: Operation): boolean => path.includes('{');

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Valid bodies: the document's examples, for a tenant of the test. None when the operation takes no body. */
export const bodiesFor = (
  { spec }: Operation,
  { tenantId }: Records,
): { example: string; body: JsonObject }[] =>
  Object.entries(spec.requestBody?.content['application/json']?.examples ?? {}).flatMap(
    ([example, { value }]) =>
      isObject(value) ? [{ example, body: 'tenantId' in value ? { ...value, tenantId } : value }] : [],
  );

/** Paths of every field in a body, dotted, with what is there. */
const fieldsIn = (body: JsonObject, prefix = ''): { field: string; value: unknown }[] =>
  Object.entries(body).flatMap(([name, value]) => [
    { field: `${prefix}${name}`, value },
    ...(isObject(value) ? fieldsIn(value, `${prefix}${name}.`) : []),
  ]);

const withField = (body: JsonObject, field: string, value: unknown): JsonObject => {
  const [name = '', ...rest] = field.split('.');
  if (rest.length === 0) return { ...body, [name]: value };
  const inner = body[name];
  return { ...body, [name]: withField(isObject(inner) ? inner : {}, rest.join('.'), value) };
};

/** One body for each field, in which that field has a type it cannot have. */
export const wrongTypes = (body: JsonObject): { field: string; body: JsonObject }[] =>
  fieldsIn(body).flatMap(({ field, value }) =>
    [isObject(value) ? 'text' : { an: 'object' }, ['a', 'list'], typeof value === 'boolean' ? 1 : true].map(
      (wrong) => ({
        field,
        body: withField(body, field, wrong),
      }),
    ),
  );

/** Strings that no field may hold: PostgreSQL or JSON cannot. */
export const unstorableTexts = (body: JsonObject): { field: string; body: JsonObject }[] =>
  fieldsIn(body).flatMap(({ field, value }) =>
    typeof value === 'string'
      ? ['a\u0000b', 'a\ud800b'].map((text) => ({ field, body: withField(body, field, text) }))
      : [],
  );

/** One body for each object in it, with a field nobody knows. */
export const unknownFields = (body: JsonObject): { field: string; body: JsonObject }[] =>
  ['', ...fieldsIn(body).flatMap(({ field, value }) => (isObject(value) ? [`${field}.`] : []))].flatMap(
    (prefix) =>
      ['surprise', 'constructor', 'role'].map((name) => ({
        field: `${prefix}${name}`,
        body: withField(body, `${prefix}${name}`, 1),
      })),
  );
