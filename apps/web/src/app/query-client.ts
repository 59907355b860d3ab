import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './api.ts';
import { AuthError } from './auth-requests.ts';
import { endSession } from './session.ts';

const isOver = (error: unknown): boolean =>
  error instanceof ApiError && error.problem.code === 'unauthenticated';

const onError = (error: unknown): void => {
  if (isOver(error)) endSession();
};

/** Tries again what may succeed by itself, and nothing that a person has to mend. */
const mayRetry = (failures: number, error: unknown): boolean => {
  if (failures >= 2 || error instanceof AuthError) return false;
  return error instanceof ApiError ? error.problem.retryable : true;
};

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: mayRetry,
      retryDelay: (failures, error) =>
        error instanceof ApiError && error.retryAfterSeconds !== null
          ? error.retryAfterSeconds * 1000
          : 500 * 2 ** failures,
    },
    // Never later by itself: who is offline is told so, and sends it again when they are back.
    mutations: { retry: false, networkMode: 'always' },
  },
});
