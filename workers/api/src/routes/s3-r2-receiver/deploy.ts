import { createRoute } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { adminProblems, bearer, problem } from '../../http/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { eventsUrlOf } from './target.ts';

const CloudflareAccess = shared.CloudflareAccess.clone().openapi('CloudflareAccess', {
  description: 'A Cloudflare account and a token for it. Used for this request, stored nowhere.',
});
const R2Deployment = shared.R2Deployment.clone().openapi('R2Deployment', {
  description: 'What was done in the account, step by step. Holds neither the token nor the event secret.',
});

const examples = {
  token: {
    summary: 'An account, and a token made for this',
    value: {
      accountId: '0123456789abcdef0123456789abcdef',
      apiToken: 'v1.0-example-token-of-forty-characters-00',
    },
  },
};

const path = '/api/integrations/s3/{id}/setup/r2-receiver';
const common = {
  method: 'post' as const,
  tags: ['Events'],
  security: bearer,
  request: {
    params: IdParam,
    body: {
      required: true as const,
      content: { 'application/json': { schema: CloudflareAccess, examples } },
    },
  },
  responses: {
    200: {
      description: 'What came of each step. A step that Cloudflare refused is an answer: look at `outcome`.',
      content: { 'application/json': { schema: R2Deployment } },
    },
    ...adminProblems,
    409: problem('Somebody else changed the event secret at the same time.', 'conflict'),
    422: problem('The bucket is not on R2.', 'not_on_r2'),
  },
};

const deploy = createRoute({
  ...common,
  path: `${path}/deploy`,
  summary: 'Deploy the receiver of R2’s events',
  description:
    'Sets the receiver up in your Cloudflare account: queues, notification rules, the Worker with an event secret, its place at the queue and its address. What is there already stays; doing it again goes on where it stopped. An event secret is made when the Worker has none; one that was in use stays valid for a day. Takes the role admin or owner.',
});

const remove = createRoute({
  ...common,
  path: `${path}/remove`,
  summary: 'Remove the receiver of R2’s events',
  description:
    'Takes back what a deployment set up: rules, Worker and queues, with whatever still lies in them; listing finds those files. The event secret stays valid. Takes the role admin or owner.',
});

export const deployR2ReceiverRoute = (app: App) =>
  app.openapi(deploy, async (c) => {
    const { engine, accessToken, requestId } = c.var;
    const { id } = c.req.valid('param');
    const caller = { accessToken, requestId };
    const eventsUrl = eventsUrlOf(id, c.req.url);
    return c.json(
      unwrapEngine(await engine.deployR2Receiver(caller, id, eventsUrl, c.req.valid('json'))),
      200,
    );
  });

export const removeR2ReceiverRoute = (app: App) =>
  app.openapi(remove, async (c) => {
    const { engine, accessToken, requestId } = c.var;
    const { id } = c.req.valid('param');
    const caller = { accessToken, requestId };
    return c.json(unwrapEngine(await engine.removeR2Receiver(caller, id, c.req.valid('json'))), 200);
  });
