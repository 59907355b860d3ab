export type ErrorOwner = 'customer_config' | 'upstream' | 'client' | 'platform';

export interface ErrorEntry {
  readonly status: number;
  readonly owner: ErrorOwner;
  /** Whether the same operation may succeed later with nothing changed. */
  readonly retryable: boolean;
  readonly title: string;
  readonly remedy: string;
}

/** One entry: status, owner, retryable, title, remedy. */
export const entry = (
  status: number,
  owner: ErrorOwner,
  retryable: boolean,
  title: string,
  remedy: string,
): ErrorEntry => ({ status, owner, retryable, title, remedy });

/** How what is given up is taken up again. */
export const THEN_TEST = 'Then test the connection: when it passes, the object is tried again.';
