import { z } from '@hono/zod-openapi';
import { SluiceError } from '@sluice/shared';
import type { App } from '../http/app.ts';
import { problemResponse } from '../http/problem.ts';
import { completeDocument } from '../http/reference/document.ts';
import { type ReferenceDocument, referenceHeaders, referencePage } from '../http/reference/reference-page.ts';
import { healthRoute } from './health.ts';
import { memberRoutes } from './members/index.ts';
import { notificationRoutes } from './notification-targets/index.ts';
import { resealRoutes } from './reseals/index.ts';
import { cancelDryRunRoute } from './s3-dry-runs/cancel.ts';
import { readDryRunRoute } from './s3-dry-runs/read.ts';
import { startDryRunRoute } from './s3-dry-runs/start.ts';
import { readEventTestRoute, startEventTestRoute } from './s3-events/event-test.ts';
import { eventHealthRoute } from './s3-events/health.ts';
import { receiveEventsRoute } from './s3-events/receive.ts';
import { EVENT_SECURITY_SCHEMES } from './s3-events/security.ts';
import { eventSetupRoute } from './s3-events/setup.ts';
import { createIntegrationRoute } from './s3-integrations/create.ts';
import { deleteIntegrationRoute } from './s3-integrations/delete.ts';
import { listIntegrationsRoute } from './s3-integrations/list.ts';
import { readIntegrationRoute } from './s3-integrations/read.ts';
import { deleteRuleRoute } from './s3-integrations/rules/delete.ts';
import { listRulesRoute } from './s3-integrations/rules/list.ts';
import { matchRuleRoute } from './s3-integrations/rules/match.ts';
import { setRuleRoute } from './s3-integrations/rules/set.ts';
import { setupRoute } from './s3-integrations/setup.ts';
import { startIntegrationRoute } from './s3-integrations/start.ts';
import { testConnectionRoute } from './s3-integrations/test-connection.ts';
import { updateIntegrationRoute } from './s3-integrations/update.ts';
import { watchConnectionTestRoute } from './s3-integrations/watch-connection-test.ts';
import { listObjectsRoute } from './s3-objects/list.ts';
import { listDuplicatesRoute } from './s3-objects/list-duplicates.ts';
import { readObjectRoute } from './s3-objects/read.ts';
import { readOutputRoute } from './s3-objects/read-output.ts';
import { deployR2ReceiverRoute, removeR2ReceiverRoute } from './s3-r2-receiver/deploy.ts';
import { r2ReceiverRoute } from './s3-r2-receiver/read.ts';
import { cancelReplayRoute } from './s3-replays/cancel.ts';
import { createReplayRoute } from './s3-replays/create.ts';
import { listReplaysRoute } from './s3-replays/list.ts';
import { readReplayRoute } from './s3-replays/read.ts';
import { secretRoutes } from './s3-secrets/index.ts';
import { supportRoutes } from './support/index.ts';
import { listTenantsRoute } from './tenants/list.ts';
import { accessibilityRoute } from './usage/accessibility.ts';
import { ledgerRoute } from './usage/ledger.ts';
import { supportUsageSummaryRoute } from './usage/support-usage-summary.ts';
import { usageSummaryRoute } from './usage/usage-summary.ts';

const DOCUMENT_PATH = '/api/openapi.json';
const REFERENCE_PATH = '/api/reference';

const ROUTES = [
  healthRoute,
  listTenantsRoute,
  ...memberRoutes,
  listIntegrationsRoute,
  createIntegrationRoute,
  readIntegrationRoute,
  updateIntegrationRoute,
  deleteIntegrationRoute,
  testConnectionRoute,
  watchConnectionTestRoute,
  startDryRunRoute,
  readDryRunRoute,
  cancelDryRunRoute,
  startIntegrationRoute,
  listObjectsRoute,
  readObjectRoute,
  readOutputRoute,
  listDuplicatesRoute,
  createReplayRoute,
  listReplaysRoute,
  readReplayRoute,
  cancelReplayRoute,
  ...secretRoutes,
  ...notificationRoutes,
  usageSummaryRoute,
  ledgerRoute,
  accessibilityRoute,
  supportUsageSummaryRoute,
  ...resealRoutes,
  ...supportRoutes,
  setupRoute,
  r2ReceiverRoute,
  deployR2ReceiverRoute,
  removeR2ReceiverRoute,
  listRulesRoute,
  setRuleRoute,
  deleteRuleRoute,
  matchRuleRoute,
  receiveEventsRoute,
  eventHealthRoute,
  eventSetupRoute,
  startEventTestRoute,
  readEventTestRoute,
];

/** Adds every route, the document that describes them, and 405 for other methods on their paths. */
export const addRoutes = (app: App): void => {
  for (const add of ROUTES) add(app);
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearerAuth', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token of Supabase Auth.',
  });
  for (const [name, scheme] of Object.entries(EVENT_SECURITY_SCHEMES)) {
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme);
  }
  // The document is a route too.
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: DOCUMENT_PATH,
    summary: 'This document',
    description: 'OpenAPI 3.1.',
    tags: ['Service'],
    responses: {
      200: {
        description: 'The document.',
        content: {
          'application/json': { schema: z.looseObject({ openapi: z.string() }) },
        },
      },
    },
  });
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: REFERENCE_PATH,
    summary: 'This document as a page',
    description: 'For people: every operation with its examples.',
    tags: ['Service'],
    responses: {
      200: { description: 'The page.', content: { 'text/html': { schema: z.string() } } },
    },
  });
  const info = {
    openapi: '3.1.0',
    info: {
      title: 'Sluice API',
      version: '0.1.0',
      description:
        'Connect S3-compatible buckets; documents found in them are processed and written back. Errors are problem+json (RFC 9457) with whose move it is and what to do.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'Tenants', description: 'Who you may act for, and who else may.' },
      {
        name: 'S3 integrations',
        description: 'Connected buckets, what was found in them and what became of it.',
      },
      { name: 'Notifications', description: 'Events posted to servers of yours, signed.' },
      { name: 'Events', description: 'Told by the bucket’s provider: files start within seconds.' },
      { name: 'Usage', description: 'What happened, how long it took and what it cost.' },
      { name: 'Support', description: 'For support staff: across tenants.' },
      { name: 'Service', description: 'The API itself. Open to everybody.' },
    ],
  };
  // Made once each: they are the same for everybody.
  let made: object | undefined;
  let page: Promise<string> | undefined;
  const document = (): object => (made ??= completeDocument(app.getOpenAPI31Document(info)));
  app.get(DOCUMENT_PATH, (c) => c.json(document()));
  app.get(REFERENCE_PATH, async (c) =>
    c.body(await (page ??= referencePage(document() as ReferenceDocument)), 200, await referenceHeaders()),
  );
  const methods = new Map<string, string[]>();
  for (const { path, method } of app.routes) {
    if (path.includes('*') || method === 'ALL') continue;
    // Hono answers HEAD wherever it answers GET.
    methods.set(path, [...(methods.get(path) ?? []), method, ...(method === 'GET' ? ['HEAD'] : [])]);
  }
  for (const [path, allowed] of methods) {
    app.all(path, (c) => {
      c.set('errorCode', 'method_not_allowed');
      return problemResponse(new SluiceError('method_not_allowed'), c.get('requestId'), {
        allow: [...new Set(allowed)].join(', '),
      });
    });
  }
};
