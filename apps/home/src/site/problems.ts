import { ERROR_CATALOGUE, type ErrorCode, type ErrorEntry, type ErrorOwner } from '@sluice/shared';

export interface Problem extends ErrorEntry {
  readonly code: ErrorCode;
  /** What the API gives as `type`. */
  readonly path: string;
}

/** The catalogue in the order of its codes. */
export const PROBLEMS: readonly Problem[] = Object.entries(ERROR_CATALOGUE)
  .map(([code, entry]) => ({ ...entry, code: code as ErrorCode, path: `/problems/${code}` }))
  .sort((a, b) => a.code.localeCompare(b.code, 'en'));

/** Whose move it is, in words. */
export const OWNERS: Readonly<Record<ErrorOwner, { readonly move: string; readonly about: string }>> = {
  customer_config: {
    move: 'Your move: the bucket',
    about: 'It lies in your bucket, its permissions or the settings of the integration.',
  },
  client: {
    move: 'Your move: the request',
    about: 'It lies in the request as it was sent, or in what it was sent for.',
  },
  upstream: {
    move: 'Your provider’s move',
    about: 'Your storage provider did not do what was asked. What may pass is tried again without you.',
  },
  platform: {
    move: 'Our move',
    about: 'It lies on our side. Nothing is lost, and what may pass is tried again without you.',
  },
};

export const OWNER_ORDER: readonly ErrorOwner[] = ['customer_config', 'client', 'upstream', 'platform'];
