/**
 * The words in which it is said who may do what over the REST API: every table, view and function of the exposed schema stands
 * in this folder, or the matrix fails. What does not stand here is refused to everybody.
 *
 * The callers ask for what is Acme's. `owner`, `admin` and `member` are Acme's; `other` owns Umbrella; `former` was a member of
 * Acme until they were removed. `support` carries the platform's claim and has opened nothing; `supportOpen` has opened access
 * to Acme; `supportExpired` had, an hour ago; `supportLost` has access open and the claim no more. `service` is the engine's key.
 */
export const CALLERS = [
  'anonymous',
  'owner',
  'admin',
  'member',
  'other',
  'former',
  'support',
  'supportOpen',
  'supportExpired',
  'supportLost',
  'service',
] as const;
export type Caller = (typeof CALLERS)[number];

/** Of the functions that name the user they act for, by which user. */
export const ACTORS = ['owner', 'admin', 'member', 'other', 'former', 'supportOpen'] as const;
export type Actor = (typeof ACTORS)[number];

/**
 * - `members`: who is a member of the tenant, and support that has opened access to it.
 * - `members alone`: no support.
 * - `admins`: its owners and admins, and support that has opened access. A member is refused.
 * - `admins alone`: its owners and admins; no support.
 * - `owners alone`
 * - `support`: whoever has the claim. Each answer is an event in the tenant's audit.
 * - `members and support`: either.
 * - `signed in`: any user, about themselves.
 * - `the member`: Acme's member alone, whose it is.
 */
export type Circle =
  | 'members'
  | 'members alone'
  | 'admins'
  | 'admins alone'
  | 'owners alone'
  | 'support'
  | 'members and support'
  | 'signed in'
  | 'the member';

/** Of a function: what a call comes to. `refused: x` is past every question of who is asking. */
export type Outcome = 'done' | 'nothing' | 'unseen' | 'forbidden' | 'denied' | `refused: ${string}`;

export interface TableExpectation {
  readonly read: 'members' | 'admins';
  /** The column that says whose a row is. */
  readonly tenant?: string;
  /** Read by the engine only; every other column by whoever reads the row. */
  readonly engineColumns?: readonly string[];
  /** Rows of no tenant, which support reads. */
  readonly hasPlatformRows?: true;
  /** Rows, by a filter of PostgREST, that no user sees, their own tenant's included. */
  readonly hiddenRows?: string;
}

/** Ids of one tenant's things, as the arguments of a call name them. */
export interface Things {
  readonly tenant: string;
  readonly integration: string;
  readonly target: string;
  readonly delivery: string;
  readonly replay: string;
  readonly object: string;
  /** A member who is not asking. */
  readonly colleague: string;
  readonly owner: string;
  readonly rotation: string;
  /** The claim on the member's idempotency key `acme`. */
  readonly claim: string;
  /** Of the member's address. Its token is `slinv_` and the name of the tenant. */
  readonly invitation: string;
  readonly run: string;
}

export interface FunctionExpectation {
  readonly who: Circle;
  readonly args: (acme: Things) => Readonly<Record<string, unknown>>;
  /** A computed column: it is asked for here and not by a call. */
  readonly path?: (acme: Things) => string;
  /** What a call of those who may comes to. Default `done`. */
  readonly passes?: Outcome;
  /** What it comes to for the others. Default `unseen`: what is not theirs is not there. */
  readonly others?: Outcome;
  /** Acme's owner asks with something of Umbrella's among what is Acme's: never anything but `mixedIs`, default `unseen`. */
  readonly mixed?: (acme: Things, umbrella: Things) => Readonly<Record<string, unknown>>;
  readonly mixedIs?: Outcome;
  /** Other calls of the same function, which other people may make. */
  readonly more?: Readonly<Record<string, Pick<FunctionExpectation, 'who' | 'args' | 'passes' | 'others'>>>;
}

/** The one argument of most functions: Acme's integration. */
export const ofIntegration = ({ integration }: Things) => ({ p_integration_id: integration });
