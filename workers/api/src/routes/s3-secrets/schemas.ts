import { z } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';

/** Named for the OpenAPI document; see ../s3-integrations/schemas.ts for why they are cloned. */
export const Credentials = shared.S3Credentials.clone().openapi('S3Credentials', {
  description: 'What may be known of stored credentials. They themselves are sealed and never shown again.',
});
export const RotateCredentials = shared.RotateS3Credentials.clone().openapi('RotateS3Credentials');
export const Rotated = z
  .strictObject({ ...shared.RotationOutcome.shape, credentials: Credentials })
  .openapi('S3CredentialRotation');
export const RotateEventSecret = shared.RotateEventSecret.clone().openapi('RotateEventSecret');
export const IssuedEventSecret = shared.IssuedEventSecret.clone().openapi('IssuedEventSecret');
export const EventSecretVersions = shared.EventSecretVersions.clone().openapi('EventSecretVersions');

export const ROTATE_CREDENTIALS_EXAMPLES = {
  day: {
    summary: 'Another key; the old one is kept for a day to fall back to',
    value: {
      credentials: {
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      },
      keepOldFor: 24,
    },
  },
};
export const ROTATE_EVENT_SECRET_EXAMPLES = {
  day: { summary: 'Both secrets are valid for a day', value: { keepOldFor: 24 } },
  leaked: { summary: 'The present secret has leaked', value: { keepOldFor: 0 } },
};
