import { z } from '@hono/zod-openapi';
import { ERROR_CATALOGUE, type SluiceError } from '@sluice/shared';

/** RFC 9457, with who has to act and what to do. */
export const Problem = z
  .object({
    type: z
      .string()
      .openapi({ description: 'Names the kind of problem; stable.', example: '/problems/not_found' }),
    title: z.string().openapi({ description: 'What happened, in words that may be reworded.' }),
    status: z.int().openapi({ description: 'The HTTP status of this answer.' }),
    code: z.string().openapi({ description: 'Stable; what programs go by.', example: 'not_found' }),
    detail: z
      .string()
      .optional()
      .openapi({ description: 'About this case: which bucket, action or region.' }),
    owner: z
      .enum(['customer_config', 'upstream', 'client', 'platform'])
      .openapi({ description: 'Whose move it is: your configuration, your provider, the caller, or us.' }),
    remedy: z.string().openapi({ description: 'What to do.' }),
    retryable: z.boolean().openapi({ description: 'Whether the same request may succeed later, unchanged.' }),
    errors: z
      .array(
        z.object({
          field: z.string().openapi({ description: 'Path, dotted: `credentials.secretAccessKey`.' }),
          message: z.string(),
        }),
      )
      .optional()
      .openapi({ description: 'The fields concerned.' }),
    requestId: z.string().openapi({ description: 'Also in the header `x-request-id`; quote it to support.' }),
  })
  .openapi('Problem', { description: 'RFC 9457 problem details.' });
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
