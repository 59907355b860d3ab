import { z } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';

const nextCursor = z.string().nullable();

export const AuditPage = z
  .strictObject({ items: z.array(shared.AuditEvent.clone().openapi('AuditEvent')), nextCursor })
  .openapi('AuditPage');
export const IntegrationLogPage = z
  .strictObject({ items: z.array(shared.IntegrationLogLine), nextCursor })
  .openapi('IntegrationLogPage');
export const SupportLogPage = z
  .strictObject({ items: z.array(shared.SupportLogLine), nextCursor })
  .openapi('SupportLogPage');
export const SupportIntegrationPage = z
  .strictObject({ items: z.array(shared.SupportIntegration), nextCursor })
  .openapi('SupportIntegrationPage');
export const OpenSupportAccess = shared.OpenSupportAccess.clone().openapi('OpenSupportAccess');
export const SupportAccess = z
  .strictObject({ tenantId: z.uuid(), expiresAt: z.iso.datetime({ offset: true }) })
  .openapi('SupportAccess');

/** Finds integrations by what people call them. */
export const NameSearch = z
  .string()
  .trim()
  .min(2, { error: 'Give at least two characters of a name, or a whole id.', abort: true })
  .max(1024)
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is refused
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'Leave out control characters.')
  .optional()
  .openapi({
    param: {
      description:
        'A part of the name of the integration or of its tenant, in capitals or not, or the whole id of either.',
    },
    example: 'Acme',
  });

/** Pages by a number that only grows. */
export const NumberedPageQuery = {
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,17}$/, 'Use the nextCursor of the page before, unchanged, or leave it out.')
    .optional()
    .openapi({ param: { description: 'The `nextCursor` of the page before, unchanged.' } }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .openapi({ param: { description: 'Items a page.' } }),
};

export const AuditQuery = {
  recordType: z
    .string()
    .regex(/^[a-z][a-z0-9_]{1,62}$/)
    .optional()
    .openapi({ param: { description: 'Only of this kind of record, such as `s3_integrations`.' } }),
  recordId: z
    .string()
    .regex(/^(?=.{36,200}$)[\w/-]*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[\w/-]*$/)
    .optional()
    .openapi({ param: { description: 'Only of this record, as an event names it.' } }),
  actorId: z
    .uuid()
    .optional()
    .openapi({ param: { description: 'Only what this person did.' } }),
  from: z.iso
    .datetime({ offset: true })
    .optional()
    .openapi({ param: { description: 'From this time on.' } }),
  to: z.iso
    .datetime({ offset: true })
    .optional()
    .openapi({ param: { description: 'Before this time.' } }),
  ...NumberedPageQuery,
};

interface Paged {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** The parameters of a query for one row more than the page has: whether there is a next page. */
export const pageParameters = ({ cursor, limit }: Paged) => ({
  p_limit: limit + 1,
  ...(cursor === undefined ? {} : { p_before: Number(cursor) }),
});

export const pageOf = <T extends { readonly id: string }>(rows: readonly T[], limit: number) => {
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
};

/** The filters among the parameters of a query, for jsonb: what was not given is not in it. */
export const filterOf = (query: Readonly<Record<string, string | number | undefined>>) =>
  Object.fromEntries(
    Object.entries(query).filter(
      ([name, value]) => value !== undefined && name !== 'cursor' && name !== 'limit' && name !== 'tenantId',
    ),
  );
