import { entry } from './entry.ts';

/** What a caller can get wrong about the secrets of an integration. */
export const secretErrors = {
  rotation_in_progress: entry(
    409,
    'client',
    false,
    'A rotation of the credentials is under way',
    'Finish it or cancel it, or wait until it has ended; see `GET …/credentials`.',
  ),
  no_rotation: entry(
    409,
    'client',
    false,
    'No rotation is under way',
    'Nothing to do: see `GET …/credentials` for what became of the last one.',
  ),
  credentials_by_role: entry(
    409,
    'client',
    false,
    'The integration signs in by a role',
    'There is no key to rotate. To use another role, change `roleArn`.',
  ),
  event_secret_exists: entry(
    409,
    'client',
    false,
    'There is an event secret already',
    'Rotate it to get another; it is shown once only.',
  ),
  event_secret_missing: entry(
    409,
    'client',
    false,
    'There is no event secret yet',
    'Issue the first one with `POST …/event-secret`.',
  ),
} as const;
