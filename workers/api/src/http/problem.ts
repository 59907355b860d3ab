import { z } from '@hono/zod-openapi';
import { ERROR_CATALOGUE, type SluiceError } from '@sluice/shared';

/** RFC 9457, with who has to act and what to do. */
export const Problem = z
  .object({
    type: z.string().openapi({ example: '/problems/prefixes_overlap' }),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    owner: z.enum(['customer_config', 'upstream', 'client', 'platform']),
    remedy: z.string(),
    retryable: z.boolean(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    requestId: z.string(),
  })
  .openapi('Problem');
export type Problem = z.infer<typeof Problem>;

/** An error as it is shown. What lies behind an `internal` error stays in the log. */
export const problemOf = (error: SluiceError, requestId: string): Problem => {
  const { title, status, owner, remedy, retryable } = ERROR_CATALOGUE[error.code];
  return {
    type: `/problems/${error.code}`,
    title,
    status,
    code: error.code,
    ...(error.detail === undefined || error.code === 'internal' ? {} : { detail: error.detail }),
    owner,
    remedy,
    retryable,
    ...(error.fields.length === 0 ? {} : { errors: [...error.fields] }),
    requestId,
  };
};

/** As a response. */
export const problemResponse = (
  error: SluiceError,
  requestId: string,
  headers: Record<string, string> = {},
): Response => {
  const problem = problemOf(error, requestId);
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
};
