import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** The parts of an OpenAPI 3.1 document the tests go by. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

interface OperationObject {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly example?: unknown;
    readonly schema: Readonly<Record<string, unknown>>;
  }[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, MediaType>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, MediaType>> }>
  >;
}

interface MediaType {
  readonly schema: unknown;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>;
}

export interface Operation {
  readonly name: string;
  readonly method: string;
  /** As in the document: `/api/integrations/s3/{id}`. */
  readonly path: string;
  readonly spec: OperationObject;
}

/** Every operation of the document. */
export const operationsOf = (document: OpenApiDocument): Operation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, spec]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      spec,
    })),
  );

/** Whether an operation is for signed-in users. */
export const takesToken = ({ spec }: Operation): boolean =>
  spec.security?.some((scheme) => 'bearerAuth' in scheme) === true;

export interface Conformance {
  /** The operation a request is for; undefined when the document has none. */
  find(method: string, pathname: string): Operation | undefined;
  /** What of an answer is not as documented. Empty when all is. */
  problems(operation: Operation, status: number, contentType: string | null, body: unknown): string[];
  /** What of a value is not as a named component says. */
  componentProblems(name: string, value: unknown): string[];
  /** What of a body is not as the operation asks for. */
  requestProblems(operation: Operation, body: unknown): string[];
}

const DOCUMENT = 'https://sluice.test/openapi.json';
const pointer = (...parts: readonly string[]): string =>
  `${DOCUMENT}#/${parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

/** Checks answers against the document, schema by schema. */
export const createConformance = (document: OpenApiDocument): Conformance => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, DOCUMENT);
  const compiled = new Map<string, ValidateFunction>();
  const validate = (ref: string, value: unknown): string[] => {
    let check = compiled.get(ref);
    if (check === undefined) {
      check = ajv.compile({ $ref: ref });
      compiled.set(ref, check);
    }
    if (check(value)) return [];
    return (check.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? error.keyword}`);
  };
  const operations = operationsOf(document).map((operation) => ({
    operation,
    pattern: new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }));
  return {
    find: (method, pathname) =>
      operations.find(({ operation, pattern }) => operation.method === method && pattern.test(pathname))
        ?.operation,
    problems: ({ path, method, spec, name }, status, contentType, body) => {
      const documented = spec.responses[String(status)];
      if (documented === undefined) return [`${name} does not document status ${status}`];
      if (documented.content === undefined)
        return contentType === null ? [] : [`${name} ${status} should have no body`];
      const type = contentType?.split(';')[0] ?? '';
      if (documented.content[type] === undefined) return [`${name} ${status} does not document "${type}"`];
      const schema = pointer(
        'paths',
        path,
        method.toLowerCase(),
        'responses',
        String(status),
        'content',
        type,
        'schema',
      );
      // There the schema is of one line.
      const values = type === 'application/x-ndjson' && Array.isArray(body) ? body : [body];
      return values.flatMap((value) => validate(schema, value));
    },
    componentProblems: (name, value) => validate(pointer('components', 'schemas', name), value),
    requestProblems: ({ path, method }, body) =>
      validate(
        pointer('paths', path, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema'),
        body,
      ),
  };
};
