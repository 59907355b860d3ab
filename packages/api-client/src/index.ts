import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './generated/schema.ts';

export type { components, paths } from './generated/schema.ts';
export { sendOnce } from './once.ts';

/** RFC 9457 problem details, with whose move it is and what to do. */
export type Problem = components['schemas']['Problem'];
export type ApiClient = Client<paths>;

export interface ApiClientOptions {
  /** Origin of the API, such as `https://api.example.com`. */
  readonly baseUrl: string;
  /** An access token of Supabase Auth, or what gives the present one. */
  readonly accessToken: string | (() => string | Promise<string>);
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * The API as one user. Paths, parameters, bodies and answers are typed by the OpenAPI document:
 *
 *     const api = createApiClient({ baseUrl, accessToken });
 *     const { data, error } = await api.GET('/api/integrations/s3/{id}', { params: { path: { id } } });
 */
export const createApiClient = ({ baseUrl, accessToken, fetch }: ApiClientOptions): ApiClient => {
  const client = createClient<paths>({ baseUrl, ...(fetch === undefined ? {} : { fetch }) });
  client.use({
    onRequest: async ({ request }) => {
      const token = typeof accessToken === 'string' ? accessToken : await accessToken();
      request.headers.set('authorization', `Bearer ${token}`);
      return request;
    },
  });
  return client;
};

/** A refused request. Its message says what happened and what to do. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem;
  /** Seconds to wait before it may be sent again; null when the answer did not say. */
  readonly retryAfterSeconds: number | null;

  constructor(problem: Problem, retryAfterSeconds: number | null) {
    const words = [problem.title, problem.detail, problem.remedy].flatMap((text) =>
      text === undefined || text === '' ? [] : [text.replace(/\.$/, '')],
    );
    super(`${words.join('. ')}.`);
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && 'title' in value && 'remedy' in value;

/**
 * The data of an answer.
 *
 * @throws ApiError when the API refused; Error when what answered was not the API.
 */
export const unwrap = async <T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> => {
  const { data, error, response } = await answer;
  // Of an answer without a body both are undefined.
  if (response.ok) return data as T;
  if (!isProblem(error)) throw new Error(`The API answered ${response.status} without saying why.`);
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  throw new ApiError(error, Number.isFinite(retryAfter) ? retryAfter : null);
};

/** A page of a list. */
interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/**
 * Every item of a list, page after page.
 *
 *     for await (const integration of eachItem((cursor) =>
 *       unwrap(api.GET('/api/integrations/s3', { params: { query: { ...cursor } } })))) { … }
 */
export async function* eachItem<Item>(
  readPage: (query: { cursor?: string }) => Promise<Page<Item>>,
): AsyncGenerator<Item> {
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await readPage(cursor === null ? {} : { cursor });
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
