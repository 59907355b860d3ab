export type ErrorOwner = 'customer_config' | 'upstream' | 'client' | 'platform';

export interface ErrorEntry {
  readonly status: number;
  readonly owner: ErrorOwner;
  /** Whether the same operation may succeed later with nothing changed. */
  readonly retryable: boolean;
  readonly title: string;
  readonly remedy: string;
  /** Of a remedy that speaks of waiting: what of it holds when we wait no more. */
  readonly toCheck?: string;
}

/** One entry: status, owner, retryable, title, remedy, and what of that holds when it is waited for no more. */
export const entry = (
  status: number,
  owner: ErrorOwner,
  retryable: boolean,
  title: string,
  remedy: string,
  toCheck?: string,
): ErrorEntry => ({
  status,
  owner,
  retryable,
  title,
  remedy,
  ...(toCheck !== undefined && { toCheck }),
});

/** How what is given up is taken up again. */
export const THEN_TEST = 'Then test the connection: when it passes, the object is tried again.';

/**
 * What to do about an object that was given up (`dead`) for an error of this entry. It is waited for no more, so what the remedy says of
 * waiting does not hold; what the customer has to mend does.
 */
export const remedyOfGivenUp = ({ owner, remedy, toCheck }: ErrorEntry): string => {
  if (remedy.endsWith(THEN_TEST)) return remedy;
  if (owner === 'customer_config') return `${remedy} ${THEN_TEST}`;
  // Of a provider that is away that was after days, of a processor that crashes after an hour.
  return ['We tried again and again and have given up.', toCheck, TAKE_UP]
    .filter((part) => part !== undefined)
    .join(' ');
};

const TAKE_UP =
  'Process the object again, or test the connection: when it passes, the object is tried again.';
