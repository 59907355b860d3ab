import { adminProblems, problem } from '../../http/reference/openapi.ts';

/** Of operations on a rotation. */
export const rotationProblems = {
  ...adminProblems,
  409: problem(
    'The integration is not in a state for it; `detail` says why.',
    'rotation_in_progress',
    'no_rotation',
    'credentials_by_role',
    'conflict',
  ),
} as const;

/** Of operations that make an event secret. */
export const eventSecretProblems = {
  ...adminProblems,
  409: problem(
    'There is one already, or none yet, or somebody else changed it at the same time.',
    'event_secret_exists',
    'event_secret_missing',
    'conflict',
  ),
} as const;
