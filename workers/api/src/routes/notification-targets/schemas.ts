import { z } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';

/** Named for the OpenAPI document; see ../s3-integrations/schemas.ts for why they are cloned. */
export const Target = shared.NotificationTarget.clone().openapi('NotificationTarget', {
  description:
    'A server of yours that is told of events. Its signing secret is sealed and never shown again.',
});
export const TargetPage = z
  .strictObject({ items: z.array(Target), nextCursor: z.string().nullable() })
  .openapi('NotificationTargetPage');
export const NewTarget = z
  .strictObject({
    ...shared.NotificationTarget.shape,
    signingSecret: shared.RevealedSecret.shape.signingSecret,
  })
  .openapi('NewNotificationTarget');
export const Revealed = shared.RevealedSecret.clone().openapi('RevealedSecret');
export const Tested = shared.TestedNotification.clone().openapi('TestedNotification');
export const Delivery = shared.NotificationDelivery.clone().openapi('NotificationDelivery');
export const DeliveryPage = z
  .strictObject({ items: z.array(Delivery), nextCursor: z.string().nullable() })
  .openapi('NotificationDeliveryPage');
export const CreateTarget = shared.CreateNotificationTarget.clone().openapi('CreateNotificationTarget');
export const UpdateTarget = shared.UpdateNotificationTarget.clone().openapi('UpdateNotificationTarget');
export const RotateSecret = shared.RotateNotificationSecret.clone().openapi('RotateNotificationSecret');
export const SetIntegrationTarget = z
  .strictObject({ targetId: z.uuid().nullable().openapi({ description: 'Null: nobody is told.' }) })
  .openapi('SetIntegrationNotificationTarget');
export const IntegrationTarget = z
  .strictObject({
    ...SetIntegrationTarget.shape,
    revision: z.int().openapi({ description: 'Counts the edits of the integration.' }),
  })
  .openapi('IntegrationNotificationTarget');

const ID = '7c1d4a52-0b3e-4f6a-9d21-5e8f7a6b4c30';

export const TargetParam = z.object({
  id: z.uuid().openapi({
    param: { name: 'id', in: 'path', description: 'Id of the notification target.' },
    example: ID,
  }),
});
export const DeliveryParams = z.object({
  ...TargetParam.shape,
  deliveryId: z.uuid().openapi({
    param: { name: 'deliveryId', in: 'path', description: 'Id of the delivery: its `webhook-id`.' },
    example: '2b9f6c1e-8a47-4d0f-b3c5-19e7d2a4f680',
  }),
});

export const CREATE_EXAMPLES = {
  target: {
    summary: 'Tell our own server',
    value: {
      tenantId: '5b1f2f0c-5f43-4c8e-9a53-0b6f6d4e7a21',
      name: 'Archive server',
      url: 'https://hooks.example.com/sluice',
    },
  },
};
export const UPDATE_EXAMPLES = {
  move: { summary: 'Another address', value: { url: 'https://hooks.example.com/v2?from=sluice' } },
  activate: { summary: 'Take it up again', value: { status: 'active' } },
} as const;
export const ROTATE_EXAMPLES = {
  hour: { summary: 'Both secrets sign for an hour', value: { overlapSeconds: 3600 } },
};
export const INTEGRATION_EXAMPLES = {
  set: { summary: 'Tell a target', value: { targetId: ID } },
  clear: { summary: 'Tell nobody', value: { targetId: null } },
};
