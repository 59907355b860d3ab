/** Addresses of pages: the only place where they are put together. */
export const paths = {
  home: '/settings',
  signIn: '/sign-in',
  section: (tenantId: string, section: string) => `/settings/${tenantId}/${section}`,
  integrations: (tenantId: string) => `/settings/${tenantId}/integrations`,
  connect: (tenantId: string) => `/settings/${tenantId}/integrations/connect`,
  integration: (tenantId: string, id: string) => `/settings/${tenantId}/integrations/${id}`,
} as const;
