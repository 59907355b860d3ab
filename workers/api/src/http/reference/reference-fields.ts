/** What a JSON schema of the OpenAPI document says to people: the fields of a body, and what each may be. */

type Schema = Readonly<Record<string, unknown>>;
export type Schemas = Readonly<Record<string, unknown>>;

interface Field {
  /** Dotted within the body: `credentials.accessKeyId`. */
  readonly name: string;
  readonly isRequired: boolean;
  /** In words: `string or null, default null`. */
  readonly type: string;
  readonly description: string;
}

/** One form a body may have. */
export interface Form {
  /** What tells it from the other forms; empty when it is the only one. */
  readonly title: string;
  readonly fields: readonly Field[];
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const resolve = (schema: unknown, schemas: Schemas): Schema => {
  if (!isObject(schema)) return {};
  const { $ref: reference } = schema;
  return typeof reference === 'string'
    ? resolve(schemas[reference.split('/').at(-1) ?? ''], schemas)
    : schema;
};

const alternatives = ({ oneOf, anyOf }: Schema): readonly unknown[] => [...asList(oneOf), ...asList(anyOf)];

/** The type in words, with the values it is limited to and what stands for it when it is left out. */
export const typeOf = (schema: unknown, schemas: Schemas): string => {
  const { type, enum: values, const: only, default: fallback, items, ...rest } = resolve(schema, schemas);
  const inner = alternatives(rest).map((one) => typeOf(one, schemas));
  const allowed = only === undefined ? asList(values) : [only];
  const words =
    allowed.length > 0
      ? allowed.map((value) => JSON.stringify(value))
      : [type].flat().map((one) => (one === 'array' ? `list of ${typeOf(items, schemas)}` : one));
  const known = [...new Set([...words, ...inner].filter((word) => typeof word === 'string'))];
  const text = known.length === 0 ? 'any value' : known.join(' or ');
  return fallback === undefined ? text : `${text}, default ${JSON.stringify(fallback)}`;
};

const fieldsOf = (schema: Schema, schemas: Schemas, prefix = ''): Field[] => {
  const required = asList(schema['required']);
  return Object.entries(isObject(schema['properties']) ? schema['properties'] : {}).flatMap(
    ([key, property]) => {
      const inner = resolve(property, schemas);
      const name = `${prefix}${key}`;
      const { description } = isObject(property) && 'description' in property ? property : inner;
      return [
        {
          name,
          isRequired: required.includes(key),
          type: typeOf(inner, schemas),
          description: typeof description === 'string' ? description : '',
        },
        ...fieldsOf(inner, schemas, `${name}.`),
      ];
    },
  );
};

/** The field whose one value tells a form from the others, as `provider "r2"`. */
const titleOf = (form: Schema): string => {
  const properties = isObject(form['properties']) ? form['properties'] : {};
  const title = Object.entries(properties).find(
    ([, property]) =>
      isObject(property) && (property['const'] !== undefined || asList(property['enum']).length === 1),
  );
  if (title === undefined || !isObject(title[1])) return '';
  return `${title[0]} ${JSON.stringify(title[1]['const'] ?? asList(title[1]['enum'])[0])}`;
};

/** The forms of a body with their fields. */
export const formsOf = (schema: unknown, schemas: Schemas): Form[] => {
  const whole = resolve(schema, schemas);
  const forms = alternatives(whole).map((one) => resolve(one, schemas));
  return forms.length === 0
    ? [{ title: '', fields: fieldsOf(whole, schemas) }]
    : forms.map((form) => ({ title: titleOf(form), fields: fieldsOf(form, schemas) }));
};
