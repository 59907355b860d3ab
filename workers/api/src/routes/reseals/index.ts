import { createRoute } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { bearer, readProblems, supportProblems } from '../../http/reference/openapi.ts';
import { ResealDetail, ResealIdParam, ResealList } from './schemas.ts';

const detail = { description: 'The run.', content: { 'application/json': { schema: ResealDetail } } };

const create = createRoute({
  method: 'post',
  path: '/api/admin/reseals',
  summary: 'Move every secret to the current key',
  description:
    'Begins a run towards the key-encryption key that the engine wraps with now, or gives the one that is under way. Secrets are read and written as ever meanwhile. Asked when nothing is left to move, the run ends at once with nothing moved. For support staff; to everybody else it does not exist.',
  tags: ['Support'],
  security: bearer,
  responses: { 202: detail, ...supportProblems },
});

const list = createRoute({
  method: 'get',
  path: '/api/admin/reseals',
  summary: 'List reseals and keys',
  description: 'For support staff; to everybody else it does not exist.',
  tags: ['Support'],
  security: bearer,
  responses: {
    200: { description: 'Runs and keys.', content: { 'application/json': { schema: ResealList } } },
    ...readProblems,
  },
});

const read = createRoute({
  method: 'get',
  path: '/api/admin/reseals/{id}',
  summary: 'Read a reseal',
  description:
    'How far it is, which secrets could not be opened (by name, never their content), and how many each key wraps. For support staff; to everybody else it does not exist.',
  tags: ['Support'],
  security: bearer,
  request: { params: ResealIdParam },
  responses: { 200: detail, ...readProblems },
});

const addCreate = (app: App) =>
  app.openapi(create, async (c) => {
    const { engine, accessToken, requestId, db } = c.var;
    const { id } = unwrapEngine(await engine.startReseal({ accessToken, requestId }));
    return c.json(shared.ResealDetail.parse(unwrap(await db.rpc('read_reseal', { p_run_id: id }))), 202);
  });

const addList = (app: App) =>
  app.openapi(list, async (c) =>
    c.json(shared.ResealList.parse(unwrap(await c.var.db.rpc('list_reseals'))), 200),
  );

const addRead = (app: App) =>
  app.openapi(read, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(
      shared.ResealDetail.parse(unwrap(await c.var.db.rpc('read_reseal', { p_run_id: id }))),
      200,
    );
  });

export const resealRoutes = [addCreate, addList, addRead];
