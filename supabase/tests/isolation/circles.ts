import type {
  Actor,
  Caller,
  Circle,
  FunctionExpectation,
  Outcome,
  TableExpectation,
} from './expectations/vocabulary.ts';

const MEMBERS = ['owner', 'admin', 'member', 'supportOpen'];
const CIRCLES: Readonly<Record<Circle, readonly string[]>> = {
  members: MEMBERS,
  admins: ['owner', 'admin', 'supportOpen'],
  'members alone': ['owner', 'admin', 'member'],
  'admins alone': ['owner', 'admin'],
  'owners alone': ['owner'],
  support: ['support', 'supportOpen', 'supportExpired'],
  'members and support': [...MEMBERS, 'support', 'supportExpired'],
  'signed in': [...MEMBERS, 'other', 'former', 'support', 'supportExpired', 'supportLost'],
  'the member': ['member'],
};

/** What a call comes to for a user, called by themselves or by the engine for them. */
export function circleOf(
  { who, passes = 'done', others = 'unseen' }: Pick<FunctionExpectation, 'who' | 'passes' | 'others'>,
  user: Actor | Caller,
): Outcome {
  if (CIRCLES[who].includes(user)) return passes;
  // A member knows that it is there, and is told what they lack.
  if (who !== 'support' && who !== 'the member' && MEMBERS.slice(0, 3).includes(user)) return 'forbidden';
  return others;
}

/** What a call comes to over REST. */
export const callExpectation = (expectation: Parameters<typeof circleOf>[0], caller: Caller): Outcome =>
  caller === 'anonymous' ? 'denied' : circleOf(expectation, caller);

/** Whose rows of a table a caller sees, in the words of `whoseRows`. */
export function seenRows({ read, hasPlatformRows }: TableExpectation, caller: Caller): string {
  if (caller === 'anonymous') return 'denied';
  if (caller === 'service') return 'everything';
  const seen = [
    ...(CIRCLES[read].includes(caller) ? ['acme'] : []),
    ...(hasPlatformRows === true && CIRCLES.support.includes(caller) ? ['platform'] : []),
    ...(caller === 'other' ? ['umbrella'] : []),
  ];
  return seen.length === 0 ? 'no rows' : seen.join(', ');
}
