import { createRoute } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { adminProblems, bearer, problem } from '../../http/reference/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { eventsUrlOf } from './target.ts';

const CloudflareAccess = shared.CloudflareAccess.clone().openapi('CloudflareAccess', {
  description: 'A Cloudflare account and a token for it. Used for this request, stored nowhere.',
});
const DeployR2Receiver = shared.DeployR2Receiver.clone().openapi('DeployR2Receiver', {
  description:
    'A Cloudflare account and a token for it, used for this request and stored nowhere; and whether the Worker gets a new event secret.',
});
const R2Deployment = shared.R2Deployment.clone().openapi('R2Deployment', {
  description: 'What was done in the account, step by step. Holds neither the token nor the event secret.',
});

const value = {
  accountId: '0123456789abcdef0123456789abcdef',
  apiToken: 'v1.0-example-token-of-forty-characters-00',
};
const examples = { token: { summary: 'An account, and a token made for this', value } };
const newSecret = {
  summary: 'And a new event secret for the Worker',
  value: { ...value, newSecret: true },
};

const path = '/api/integrations/s3/{id}/setup/r2-receiver';
const common = {
  method: 'post' as const,
  tags: ['Events'],
  security: bearer,
  responses: {
    200: {
      description: 'What came of each step. A step that Cloudflare refused is an answer: look at `outcome`.',
      content: { 'application/json': { schema: R2Deployment } },
    },
    ...adminProblems,
    409: problem(
      'The receiver is being set up or taken back already, or somebody changed the event secret at the same time.',
      'receiver_busy',
      'conflict',
    ),
    422: problem('The bucket is not on R2.', 'not_on_r2'),
  },
};
const bodyOf = <Schema, Examples>(schema: Schema, ofIt: Examples) => ({
  params: IdParam,
  body: { required: true as const, content: { 'application/json': { schema, examples: ofIt } } },
});

const deploy = createRoute({
  ...common,
  path: `${path}/deploy`,
  summary: 'Deploy the receiver of R2’s events',
  request: bodyOf(DeployR2Receiver, { ...examples, newSecret }),
  description:
    'Sets the receiver up in your Cloudflare account: queues, notification rules, the Worker with an event secret, its place at the queue and its address. What is there already stays; doing it again goes on where it stopped, and follows the integration when its bucket or input folder was changed. An event secret is made when the Worker has none, or with `newSecret`; one that was in use stays valid for a day. One at a time. Takes the role admin or owner.',
});

const remove = createRoute({
  ...common,
  path: `${path}/remove`,
  summary: 'Remove the receiver of R2’s events',
  request: bodyOf(CloudflareAccess, examples),
  description:
    'Takes back what a deployment set up: rules, Worker and queues, with whatever still lies in them; listing finds those files. Works whatever the integration was changed to since, and after it is deleted too, with its id, as long as a deployment of ours was not taken back. `unchanged` says that nothing was found in the account. The event secret stays valid. Takes the role admin or owner.',
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
