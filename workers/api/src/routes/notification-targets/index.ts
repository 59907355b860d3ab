import { createTargetRoute } from './create.ts';
import { deleteTargetRoute } from './delete.ts';
import { listDeliveriesRoute } from './deliveries/list.ts';
import { replayDeliveryRoute } from './deliveries/replay.ts';
import { readIntegrationTargetRoute, setIntegrationTargetRoute } from './integration-target.ts';
import { listTargetsRoute } from './list.ts';
import { readTargetRoute } from './read.ts';
import { rotateSecretRoute } from './rotate-secret.ts';
import { testTargetRoute } from './test.ts';
import { updateTargetRoute } from './update.ts';

export const notificationRoutes = [
  listTargetsRoute,
  createTargetRoute,
  readTargetRoute,
  updateTargetRoute,
  deleteTargetRoute,
  rotateSecretRoute,
  testTargetRoute,
  listDeliveriesRoute,
  replayDeliveryRoute,
  readIntegrationTargetRoute,
  setIntegrationTargetRoute,
];
