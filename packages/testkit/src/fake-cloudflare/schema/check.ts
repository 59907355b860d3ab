import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { envelopeOf, OPERATIONS, type Operation } from './operations.ts';

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
addFormats.default(ajv);

interface Checked {
  readonly operation: Operation;
  readonly pattern: RegExp;
  readonly request: ValidateFunction | null;
  readonly answer: ValidateFunction;
}

const refused = ajv.compile(envelopeOf(false, {}));
const checked: readonly Checked[] = OPERATIONS.map((operation) => {
  const request = operation.body ?? operation.metadata;
  return {
    operation,
    pattern: new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    request: request === undefined ? null : ajv.compile(request),
    answer: ajv.compile(envelopeOf(true, operation.result)),
  };
});

const find = (method: string, path: string): Checked | undefined =>
  checked.find(({ operation, pattern }) => operation.method === method && pattern.test(path));

/** What is not as published, in words; null when everything is. */
export type Complaint = string | null;

/**
 * @param path without its query.
 * @param given the JSON body, or the metadata of a Worker; undefined when nothing was sent.
 */
export const complaintOfRequest = (
  method: string,
  path: string,
  query: URLSearchParams,
  given: unknown,
): Complaint => {
  const known = find(method, path);
  if (known === undefined) return 'no such operation is published';
  const stranger = [...query.keys()].find((name) => known.operation.query?.includes(name) !== true);
  if (stranger !== undefined) return `no query parameter ${stranger} is published`;
  if (given === undefined && known.operation.isBodyOptional === true) return null;
  if (known.request === null) return given === undefined ? null : 'no body is published';
  return known.request(given) ? null : ajv.errorsText(known.request.errors);
};

/** @param answer the whole envelope. */
export const complaintOfAnswer = (
  method: string,
  path: string,
  status: number,
  answer: unknown,
): Complaint => {
  const validate = status >= 200 && status < 300 ? find(method, path)?.answer : refused;
  if (validate === undefined) return 'no such operation is published';
  return validate(answer) ? null : ajv.errorsText(validate.errors);
};
