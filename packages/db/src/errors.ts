import { isErrorCode, SluiceError } from '@sluice/shared';

interface PostgrestFailure {
  readonly code?: string | null;
  readonly message: string;
  readonly details?: string | null;
}

/** A PostgREST answer that is an error, as the catalogue says it. Our own functions raise PT<status> with the code. */
export const translateFailure = (status: number, error: PostgrestFailure): SluiceError => {
  const code = error.code ?? '';
  if (code.startsWith('PT') && isErrorCode(error.message)) {
    return new SluiceError(error.message, error.details ? { detail: error.details } : {});
  }
  const cause = new Error(`PostgREST ${status} ${code}: ${error.message}`.slice(0, 500));
  if (status === 401 || code === 'PGRST301' || code === 'PGRST303')
    return new SluiceError('unauthenticated', { cause });
  // No privilege on a function or column: for a caller it does not exist.
  if (code === '42501') return new SluiceError('not_found', { cause });
  // A malformed id in a filter.
  if (code === '22P02') return new SluiceError('not_found', { cause });
  // 0: the request did not come through. 57014: statement timeout. Class 53, 08, 57P: the database is not itself.
  if (status === 0 || status >= 502 || /^(08|53|57)/.test(code) || code.startsWith('PGRST00')) {
    return new SluiceError('unavailable', { cause });
  }
  return new SluiceError('internal', { cause });
};

/** The data of an answer, or its error thrown as a {@link SluiceError}. */
export const unwrap = <T>(answer: {
  readonly data: T;
  readonly error: PostgrestFailure | null;
  readonly status: number;
}): NonNullable<T> => {
  if (answer.error !== null) throw translateFailure(answer.status, answer.error);
  if (answer.data === null || answer.data === undefined) throw new SluiceError('not_found');
  return answer.data;
};

/** Like {@link unwrap} for functions that return nothing or null. */
export const unwrapNullable = <T>(answer: {
  readonly data: T;
  readonly error: PostgrestFailure | null;
  readonly status: number;
}): T => {
  if (answer.error !== null) throw translateFailure(answer.status, answer.error);
  return answer.data;
};
