import { supportAuditRoute, tenantAuditRoute } from './audit.ts';
import { supportIntegrationsRoute } from './integrations.ts';
import { integrationLogsRoute, supportLogsRoute } from './logs.ts';
import { openSupportAccessRoute } from './open-access.ts';

export const supportRoutes = [
  tenantAuditRoute,
  integrationLogsRoute,
  supportAuditRoute,
  supportLogsRoute,
  supportIntegrationsRoute,
  openSupportAccessRoute,
];
