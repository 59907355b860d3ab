import { cancelRotationRoute, finishRotationRoute } from './end-rotation.ts';
import {
  endEventSecretOverlapRoute,
  issueEventSecretRoute,
  readEventSecretRoute,
  rotateEventSecretRoute,
} from './event-secret.ts';
import { readCredentialsRoute } from './read-credentials.ts';
import { rotateCredentialsRoute } from './rotate-credentials.ts';

export const secretRoutes = [
  readCredentialsRoute,
  rotateCredentialsRoute,
  finishRotationRoute,
  cancelRotationRoute,
  readEventSecretRoute,
  issueEventSecretRoute,
  rotateEventSecretRoute,
  endEventSecretOverlapRoute,
];
