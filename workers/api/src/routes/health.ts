import { createRoute, z } from '@hono/zod-openapi';
import type { App } from '../http/app.ts';

const route = createRoute({
  method: 'get',
  path: '/api/health',
  summary: 'Whether the api answers',
  description: 'For load balancers and monitors. Says nothing about the database.',
  tags: ['Service'],
  responses: {
    200: {
      description: 'It does.',
      content: { 'application/json': { schema: z.strictObject({ status: z.literal('ok') }) } },
    },
  },
});

export const healthRoute = (app: App) => app.openapi(route, (c) => c.json({ status: 'ok' as const }, 200));
