import { z } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';

/** The contracts of `packages/shared`, named for the OpenAPI document. */
export const Integration = z.object(shared.S3Integration.shape).openapi('S3Integration');
export const IntegrationWithLedger = z
  .object({ ...shared.S3Integration.shape, ledger: shared.Ledger })
  .openapi('S3IntegrationWithLedger');
export const StoredObject = z.object(shared.S3Object.shape).openapi('S3Object');
export const IdParam = z.object({ id: z.uuid().openapi({ param: { name: 'id', in: 'path' } }) });

export const PageQuery = {
  cursor: z.string().max(200).optional().openapi({ description: 'The `nextCursor` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};
