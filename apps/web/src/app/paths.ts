/** Addresses of pages: the only place where they are put together. */
export const paths = {
  home: '/settings',
  signIn: '/sign-in',
  section: (tenantId: string, section: string) => `/settings/${tenantId}/${section}`,
  integrations: (tenantId: string) => `/settings/${tenantId}/integrations`,
  connect: (tenantId: string) => `/settings/${tenantId}/integrations/connect`,
  /** Where a draft goes on. */
  draft: (tenantId: string, id: string) => `/settings/${tenantId}/integrations/connect/${id}`,
  integration: (tenantId: string, id: string) => `/settings/${tenantId}/integrations/${id}`,
  /** A page of one integration: `objects`, `events` … */
  integrationPage: (tenantId: string, id: string, page: string) =>
    `/settings/${tenantId}/integrations/${id}/${page}`,
  admin: '/admin',
  adminUsage: '/admin/usage',
  adminReseals: '/admin/reseals',
  adminIntegration: (tenantId: string, id: string) => `/admin/tenants/${tenantId}/integrations/${id}`,
} as const;
