import { BellRing, Cable, type LucideIcon, ScrollText, Users } from 'lucide-react';
import type { ComponentType } from 'react';

export interface SettingsPage {
  /** Below the section's own address; `''` is the section itself. */
  readonly path: string;
  /** Loaded when somebody goes there. */
  readonly load: () => Promise<{ readonly default: ComponentType }>;
  /** Pages shown inside of it, where its `Outlet` is; `''` is the one at its own address. */
  readonly pages?: readonly SettingsPage[];
}

interface SettingsSection {
  /** In the address: `/settings/:tenantId/<id>`. */
  readonly id: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** Shown to owners and admins alone. The API decides what they may; this only spares others the way. */
  readonly isForAdmins?: boolean;
  readonly pages: readonly SettingsPage[];
}

/** The sections of the settings, in the order of the navigation. The first is where people land. */
export const SETTINGS_SECTIONS: readonly SettingsSection[] = [
  {
    id: 'integrations',
    label: 'Integrations',
    icon: Cable,
    pages: [
      { path: '', load: () => import('../pages/integrations/list-page.tsx') },
      {
        path: '$integrationId',
        load: () => import('../pages/integration/layout.tsx'),
        pages: [
          { path: '', load: () => import('../pages/integration/overview/overview-page.tsx') },
          { path: 'objects', load: () => import('../pages/integration/objects/objects-page.tsx') },
          { path: 'rules', load: () => import('../pages/integration/rules/rules-page.tsx') },
          { path: 'events', load: () => import('../pages/integration/events/events-page.tsx') },
          { path: 'usage', load: () => import('../pages/integration/usage/usage-page.tsx') },
          { path: 'keys', load: () => import('../pages/integration/keys/keys-page.tsx') },
          { path: 'settings', load: () => import('../pages/integration/settings/settings-page.tsx') },
        ],
      },
      { path: 'connect', load: () => import('../pages/connect/connect-page.tsx') },
      { path: 'connect/$integrationId', load: () => import('../pages/connect/draft-page.tsx') },
    ],
  },
  {
    id: 'notifications',
    label: 'Notifications',
    icon: BellRing,
    pages: [{ path: '', load: () => import('../pages/notifications/notifications-page.tsx') }],
  },
  {
    id: 'members',
    label: 'Members',
    icon: Users,
    pages: [{ path: '', load: () => import('../pages/members/members-page.tsx') }],
  },
  {
    id: 'audit',
    label: 'Audit',
    icon: ScrollText,
    isForAdmins: true,
    pages: [{ path: '', load: () => import('../pages/audit/audit-page.tsx') }],
  },
];
