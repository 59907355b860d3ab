import { createRoute, z } from '@hono/zod-openapi';
import { receiverFiles, receiverOf } from '@sluice/core';
import * as shared from '@sluice/shared';
import { accepts } from 'hono/accepts';
import type { App } from '../../http/app.ts';
import { bearer, problem, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from '../s3-integrations/read-model.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { archiveOf } from './archive.ts';
import { receiverTarget } from './target.ts';

const R2Receiver = shared.R2Receiver.clone().openapi('R2Receiver', {
  description: 'The Worker that tells of new files in R2, as files to deploy. Holds no secret.',
});

const JSON_TYPE = 'application/json';
const ZIP_TYPE = 'application/zip';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/setup/r2-receiver',
  summary: 'Read the receiver of R2’s events',
  description:
    'A Worker for your own Cloudflare account that forwards R2’s notifications, made for this integration: its files, and the four commands that set it up. As an archive with `format=zip` or `Accept: application/zip`. The event secret is not in it; `wrangler secret put` asks for it.',
  tags: ['Events'],
  security: bearer,
  request: {
    params: IdParam,
    query: z.strictObject({
      format: z
        .enum(['json', 'zip'])
        .optional()
        .openapi({ param: { description: 'How to answer, whatever `Accept` says.' } }),
    }),
  },
  responses: {
    200: {
      description: 'The receiver.',
      content: {
        [JSON_TYPE]: { schema: R2Receiver },
        [ZIP_TYPE]: { schema: z.string().openapi({ format: 'binary' }) },
      },
    },
    ...readProblems,
    422: problem('The bucket is not on R2.', 'not_on_r2'),
  },
});

export const r2ReceiverRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { format } = c.req.valid('query');
    const integration = await readIntegration(c.var.db, c.req.valid('param').id);
    const receiver = receiverFiles(receiverOf(receiverTarget(integration, c.req.url)));
    const wanted = accepts(c, { header: 'Accept', supports: [JSON_TYPE, ZIP_TYPE], default: JSON_TYPE });
    const isZip = format === undefined ? wanted === ZIP_TYPE : format === 'zip';
    if (!isZip) return c.json(receiver, 200);
    return c.body(archiveOf(receiver), 200, {
      'content-type': ZIP_TYPE,
      'content-disposition': `attachment; filename="${receiver.names.worker}.zip"`,
    });
  });
