import type { ErrorCode } from '@sluice/shared';
import { RATE_LIMITS, type RateLimitName } from '../rate-limits.ts';
import { exampleOf } from './document-examples.ts';
import { problemExamples } from './openapi.ts';

/**
 * What holds for many operations alike and is done by no route: rate limits and idempotency keys. Added to the document here,
 * so that it is true of every route there is.
 */

interface MediaType {
  schema?: unknown;
  example?: unknown;
  examples?: Record<string, unknown>;
}
interface ResponseObject {
  description: string;
  headers?: Record<string, unknown>;
  content?: Record<string, MediaType>;
}
interface OperationObject {
  operationId?: string;
  security?: Readonly<Record<string, unknown>>[];
  parameters?: unknown[];
  responses: Record<string, ResponseObject>;
}
interface DocumentObject {
  paths?: Record<string, Partial<Record<string, OperationObject>>>;
  components?: { schemas?: Record<string, Record<string, unknown>> };
}

const PROBLEM = 'application/problem+json';
const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const integerHeader = (description: string, example: number) => ({
  description,
  schema: { type: 'integer', example },
});
const textHeader = (description: string, example: string) => ({
  description,
  schema: { type: 'string', example },
});

const IDEMPOTENCY_PARAMETER = {
  name: 'idempotency-key',
  in: 'header',
  required: false,
  description:
    'Makes it safe to send the request again: the same request under the same key is done once, and for 24 hours answered as the first time, with `Idempotency-Replayed: true`. A new key for each new request, such as a UUID. An answer with a secret is not kept; a refused request leaves the key free.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]{1,255}$' },
  example: '8e03978e-40d5-43e8-bc93-6894a57f9324',
} as const;

/** Adds codes to the problems an answer may be; makes the answer when the route documents none. */
const addProblems = (
  responses: OperationObject['responses'],
  status: number,
  description: string,
  codes: readonly ErrorCode[],
): ResponseObject => {
  const response = (responses[status] ??= { description, content: {} });
  const content = (response.content ??= {});
  const media = (content[PROBLEM] ??= { schema: { $ref: '#/components/schemas/Problem' } });
  media.examples = { ...media.examples, ...problemExamples(codes) };
  return response;
};

const limitsFor = (method: string, path: string, isOpen: boolean): string => {
  const sentence = (name: RateLimitName) =>
    `${RATE_LIMITS[name].limit} in ${RATE_LIMITS[name].periodSeconds} s for ${RATE_LIMITS[name].who}`;
  if (isOpen) return sentence(path.startsWith('/api/events/') ? 'events' : 'open');
  return method === 'get'
    ? sentence('reads')
    : `${sentence('writes')}; ${sentence('sensitive')} for what tests a connection or makes a secret`;
};

/** Completes the document in place. */
export const completeDocument = <T extends object>(document: T): T => {
  const { paths, components } = document as DocumentObject;
  for (const [path, operations] of Object.entries(paths ?? {})) {
    for (const method of METHODS) {
      const operation = operations[method];
      if (operation === undefined) continue;
      // Said, not left out: `security: []` is open to anybody.
      operation.security ??= [];
      const isOpen = !operation.security.some((scheme) => 'bearerAuth' in scheme);
      const limited = addProblems(
        operation.responses,
        429,
        `Too many requests: at most ${limitsFor(method, path, isOpen)}.`,
        ['rate_limited'],
      );
      limited.headers = {
        'Retry-After': integerHeader('Seconds to wait.', 60),
        RateLimit: textHeader(
          'Which limit, what remains of it (`r`) and until when (`t`, seconds).',
          '"reads";r=0;t=60',
        ),
        'RateLimit-Policy': textHeader('The quota (`q`) in a window (`w`, seconds).', '"reads";q=600;w=60'),
      };
      if (method !== 'get' && !isOpen) addIdempotency(operation);
      operation.operationId ??= operationIdOf(method, path);
      addExamples(operation, components?.schemas ?? {});
    }
  }
  return document;
};

/** `GET /api/integrations/s3/{id}/rules` → `getIntegrationsS3ByIdRules`. Stable: generators make names of it. */
const operationIdOf = (method: string, path: string): string =>
  method +
  path
    .replace(/^\/api/, '')
    .replaceAll(/\{(\w+)\}/g, 'by-$1')
    .replaceAll(/[^A-Za-z0-9]+(\w)/g, (_, letter: string) => letter.toUpperCase());

/** An example of every answer in JSON that has none. */
const addExamples = (
  { responses }: OperationObject,
  schemas: Record<string, Record<string, unknown>>,
): void => {
  for (const { content } of Object.values(responses)) {
    const media = content?.['application/json'];
    if (media === undefined || media.example !== undefined || media.examples !== undefined) continue;
    media.example = exampleOf(media.schema, schemas);
  }
};

const addIdempotency = (operation: OperationObject): void => {
  (operation.parameters ??= []).push(IDEMPOTENCY_PARAMETER);
  addProblems(
    operation.responses,
    409,
    'It conflicts with what is there, or with a request of the same key.',
    ['idempotency_running', 'idempotency_secret_shown'],
  );
  addProblems(operation.responses, 422, 'It cannot be done as it stands; `detail` and `remedy` say why.', [
    'idempotency_key_reused',
  ]);
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!status.startsWith('2')) continue;
    response.headers = {
      ...response.headers,
      'Idempotency-Replayed': textHeader('`true` on an answer told again; absent otherwise.', 'true'),
    };
  }
};
