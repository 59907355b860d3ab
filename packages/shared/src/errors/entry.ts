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

/**
 * What to do about an object that was given up (`dead`) for an error of this entry. It is waited for no more, so what the remedy says of
 * waiting does not hold; what the customer has to mend does.
 */
export const remedyOfGivenUp = ({ owner, remedy }: ErrorEntry): string => {
  if (remedy.endsWith(THEN_TEST)) return remedy;
  return owner === 'customer_config' ? `${remedy} ${THEN_TEST}` : GIVEN_UP;
};

const GIVEN_UP =
  'We tried for days and have given up. Process the object again, or test the connection: when it passes, the object is tried again.';
