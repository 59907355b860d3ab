import { Problem } from './problem.ts';

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});

/** The answers any operation behind a token may give. */
export const problems = {
  400: problem('The request is not valid; `errors` names the fields.'),
  401: problem('No access token, or one that is invalid or expired.'),
  403: problem('The role of the caller does not allow it.'),
  404: problem('Missing, or not visible to the caller.'),
} as const;

/** For operations that change something. */
export const writeProblems = {
  ...problems,
  409: problem('It conflicts with what is there.'),
  413: problem('The body is too large.'),
  415: problem('The body is not JSON.'),
  422: problem('The configuration cannot work; `remedy` says what to change.'),
} as const;

export const bearer = [{ bearerAuth: [] }];
