import { z } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';

/**
 * The contracts of `packages/shared`, named for the OpenAPI document. A schema takes a name only if it was made after
 * `@hono/zod-openapi` was loaded, which the shared ones were not; `clone` makes them anew, checks and all.
 */
export const Integration = shared.S3Integration.clone().openapi('S3Integration', {
  description: 'A connected bucket. Its credentials are sealed and never shown again.',
});
export const IntegrationWithLedger = z
  .strictObject({ ...shared.S3Integration.shape, ledger: shared.Ledger.clone().openapi('Ledger') })
  .openapi('S3IntegrationWithLedger');
export const IntegrationPage = z
  .strictObject({ items: z.array(Integration), nextCursor: z.string().nullable() })
  .openapi('S3IntegrationPage');
export const ObjectPage = z
  .strictObject({
    items: z.array(shared.S3Object.clone().openapi('S3Object')),
    nextCursor: z.string().nullable(),
  })
  .openapi('S3ObjectPage');
export const ConnectionTest = shared.ConnectionTest.clone().openapi('ConnectionTest', {
  example: {
    outcome: 'failed',
    testedAt: '2026-11-21T11:30:00.000Z',
    checks: [
      {
        name: 'list',
        outcome: 'passed',
        durationMs: 84,
        code: null,
        providerCode: null,
        message: 'Objects under "inbox/" can be listed.',
        owner: null,
        remedy: null,
        statement: null,
      },
      {
        name: 'write',
        outcome: 'failed',
        durationMs: 61,
        code: 'access_denied',
        providerCode: 'AccessDenied',
        message:
          'The provider refused the operation: s3:PutObject on acme-documents/accessible/* was refused because no policy of our identity allows it.',
        owner: 'customer_config',
        remedy:
          'Grant s3:PutObject: add this statement to the policy of the role. If it is there already, look for a Deny.',
        statement: {
          Sid: 'WriteOutput',
          Effect: 'Allow',
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::acme-documents/accessible/*',
        },
      },
    ],
  },
});
export const CreateIntegration = shared.CreateS3Integration.clone().openapi('CreateS3Integration', {
  description: 'What it takes to connect a bucket depends on `provider`.',
});
export const StartIntegration = shared.StartS3Integration.clone().openapi('StartS3Integration');
export const UpdateIntegration = shared.UpdateS3Integration.clone().openapi('UpdateS3Integration');

export const IdParam = z.object({
  id: z.uuid().openapi({
    param: { name: 'id', in: 'path', description: 'Id of the integration.' },
    example: '0d9c5c2e-1f6b-4a55-8f0a-2b7a4c1d9e10',
  }),
});

export const PageQuery = {
  cursor: z
    .string()
    .max(200)
    .optional()
    .openapi({ param: { description: 'The `nextCursor` of the page before, unchanged.' } }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .openapi({ param: { description: 'Items a page.' } }),
};
