import { z } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';
import { IdParam } from '../s3-integrations/schemas.ts';

/** A component of the document has one schema; see the note in `s3-integrations/schemas.ts` on `clone`. */
export const ObjectDetail = shared.S3ObjectDetail.clone().openapi('S3ObjectDetail');
export const DuplicatePage = z
  .strictObject({
    items: z.array(shared.DuplicateGroup.clone().openapi('S3DuplicateGroup')),
    nextCursor: z.string().nullable(),
  })
  .openapi('S3DuplicatePage');

export const ObjectIdParam = IdParam.extend({
  objectId: z.uuid().openapi({
    param: { name: 'objectId', in: 'path', description: 'Id of the object.' },
    example: '7c0a4f7e-3f0e-4a43-8d5b-0f6a52b0c7d1',
  }),
});

const Instant = z.iso.datetime({ offset: true });

export const ObjectQuery = {
  state: shared.ObjectState.clone()
    .optional()
    .openapi({ param: { description: 'Only objects in this state.' } }),
  reason: shared.ObjectReason.clone()
    .optional()
    .openapi({
      param: {
        description: 'Only objects that ended so, or that are held up by this: a code of the catalogue.',
      },
    }),
  prefix: shared.KeyPrefix.clone()
    .optional()
    .openapi({
      param: {
        description: 'Only objects whose key begins with this. The list is then in the order of keys.',
      },
      example: 'incoming/2026/',
    }),
  foundFrom: Instant.optional().openapi({
    param: { description: 'Only objects found at or after this instant.' },
  }),
  foundTo: Instant.optional().openapi({ param: { description: 'Only objects found before this instant.' } }),
};
