import { ERROR_CATALOGUE, type ErrorCode, SluiceError } from '@sluice/shared';
import { Problem, problemOf } from '../problem.ts';

const REQUEST_ID = '3f8a1c52-7d0e-4b7c-9a51-6c1f0e2b9d44';

/** An answer that is a problem, with an example of each code it may have. */
export const problem = (description: string, ...codes: readonly [ErrorCode, ...ErrorCode[]]) => ({
  description,
  content: {
    'application/problem+json': { schema: Problem, examples: problemExamples(codes) },
  },
});

/** Examples of problems, by code. */
export const problemExamples = (codes: readonly ErrorCode[]) =>
  Object.fromEntries(
    codes.map((code) => [
      code,
      { summary: ERROR_CATALOGUE[code].title, value: problemOf(exampleOf(code), REQUEST_ID) },
    ]),
  );

const exampleOf = (code: ErrorCode): SluiceError =>
  code === 'invalid_request'
    ? new SluiceError(code, {
        fields: [{ field: 'colour', message: 'Unknown field: remove it or check its spelling.' }],
      })
    : new SluiceError(code);

/** What any operation behind a token may answer. */
const anyProblems = {
  400: problem('The request is not valid; `errors` names the fields.', 'invalid_request'),
  401: problem('No access token, or one that is invalid or expired.', 'unauthenticated'),
  500: problem('Our fault; quote `requestId` to support.', 'internal'),
  503: problem('Not available right now; try again after `Retry-After` seconds.', 'unavailable'),
} as const;

const missing = {
  404: problem('Missing, or not visible to the caller: the two look the same.', 'not_found'),
} as const;

/** Of operations that read a list. */
export const listProblems = anyProblems;

/** Of operations that read one record. */
export const readProblems = { ...anyProblems, ...missing } as const;

/** Of operations that change something or touch the bucket. They take the role admin or owner. */
export const adminProblems = {
  ...readProblems,
  403: problem('The role of the caller does not allow it.', 'forbidden'),
  413: problem('The body is too large.', 'payload_too_large'),
  415: problem('The body is not JSON.', 'unsupported_media_type'),
} as const;

/** Of operations of support staff that change something. Whom they are not for, they do not exist. */
export const supportProblems = {
  ...readProblems,
  413: problem('The body is too large.', 'payload_too_large'),
  415: problem('The body is not JSON.', 'unsupported_media_type'),
} as const;

/** Of operations that store a configuration. */
export const configurationProblems = {
  ...adminProblems,
  409: problem('It conflicts with what is there.', 'integration_exists', 'quota_reached'),
  422: problem(
    'The configuration cannot work; `detail` and `remedy` say what to change.',
    'prefixes_overlap',
    'endpoint_refused',
  ),
} as const;

export const bearer = [{ bearerAuth: [] }];
