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
  // 0: the request did not come through. 429: the gateway's own limit. PGRST00x: PostgREST has no database.
  if (status === 0 || status === 429 || status >= 502 || code.startsWith('PGRST00')) {
    return new SluiceError('unavailable', { cause });
  }
  // Without a code nobody has judged what was asked: a gateway's 5xx, or, with no words either, PostgREST whose connection to the
  // database broke in mid-query (it says 400).
  if (code === '' && (status >= 500 || (status === 400 && error.message === ''))) {
    return new SluiceError('unavailable', { cause });
  }
  // Class 08, 53, 57: the database is not itself, or a statement ran out of time. 40: two transactions met; again helps.
  if (/^(08|40|53|57)/.test(code)) return new SluiceError('unavailable', { cause });
  // The rest is ours: ids and values are checked before they are sent, so a refused value (22…) or a missing grant
  // (42501) is a fault of the code or the deployment, and must not pass for "not found".
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
