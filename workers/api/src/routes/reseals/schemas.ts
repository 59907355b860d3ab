import { z } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';

export const ResealList = shared.ResealList.clone().openapi('ResealList', {
  description: 'The last twenty runs, newest first, and how many secrets each key wraps at this moment.',
});
export const ResealDetail = shared.ResealDetail.clone().openapi('Reseal', {
  description:
    'A run that moves every secret to the current key-encryption key. The old key may go when `keys` no longer lists it.',
});

export const ResealIdParam = z.strictObject({
  id: z.uuid().openapi({
    param: { name: 'id', in: 'path', description: 'Id of the run.' },
    example: '0b6f3a52-3f1e-4c57-8a80-5f6f9a2f7b11',
  }),
});
