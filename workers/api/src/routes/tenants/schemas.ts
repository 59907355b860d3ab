import { z } from '@hono/zod-openapi';

export const TenantParam = z.strictObject({
  id: z.uuid().openapi({
    param: { name: 'id', in: 'path', description: 'Id of the tenant.' },
    example: '5b1f2f0c-5f43-4c8e-9a53-0b6f6d4e7a21',
  }),
});
