import { apiErrors } from './api-errors.ts';
import { bucketErrors } from './bucket-errors.ts';
import { eventErrors } from './event-errors.ts';
import { healthErrors } from './health-errors.ts';
import { memberErrors } from './member-errors.ts';
import { objectErrors } from './object-errors.ts';
import { secretErrors } from './secret-errors.ts';

export { type ErrorEntry, type ErrorOwner, remedyOfGivenUp } from './entry.ts';

/**
 * Every error Sluice can show, in one place: what happened, whose move it is, and what to do.
 *
 * The code is the contract (`type` of problem+json, `reason` of a ledger row, `code` of a log line); titles and
 * remedies may be reworded. `status` is the HTTP status when the error answers an API call.
 */
export const ERROR_CATALOGUE = {
  ...apiErrors,
  ...bucketErrors,
  ...objectErrors,
  ...healthErrors,
  ...secretErrors,
  ...eventErrors,
  ...memberErrors,
} as const;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** Whether `code` is in the catalogue. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CATALOGUE, code);
