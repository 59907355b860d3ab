import { createRoute, z } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from '../s3-integrations/read-model.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { CompletenessLedger } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/ledger',
  summary: 'Read the completeness ledger',
  description:
    'Every object ever found is processed, pending, skipped or failed: the sum always comes out. Exact at this moment. As CSV, a line for each state and reason and a last one, `found`, with the sum.',
  tags: ['Usage'],
  security: bearer,
  request: {
    params: IdParam,
    query: z.strictObject({
      format: z
        .enum(['json', 'csv'])
        .default('json')
        .openapi({ param: { description: 'Form of the answer.' } }),
    }),
  },
  responses: {
    200: {
      description: 'The ledger.',
      content: {
        'application/json': { schema: CompletenessLedger },
        'text/csv': {
          schema: z.string().openapi({
            example: 'outcome,state,reason,objects,bytes\nprocessed,written_back,,3,4096\nfound,,,3,4096\n',
          }),
        },
      },
    },
    ...readProblems,
  },
});

type Outcome = shared.CompletenessLedger['rows'][number]['outcome'];

const outcomeOf = (state: string): Outcome => {
  if (state === 'written_back') return 'processed';
  if (state === 'skipped') return 'skipped';
  return state === 'failed' || state === 'dead' ? 'failed' : 'pending';
};

export const ledgerRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id } = c.req.valid('param');
    await readIntegration(db, id);
    const counted = unwrap(await db.rpc('s3_integration_ledger', { p_integration_id: id }));
    const rows = counted.map(({ state, reason, objects, bytes }) => ({
      outcome: outcomeOf(state),
      state,
      // The generated type says text; of what is not skipped or failed it is null.
      reason: (reason as string | null) ?? null,
      objects,
      bytes,
    }));
    const sumOf = (wanted: readonly (typeof rows)[number][]) => ({
      objects: wanted.reduce((sum, row) => sum + row.objects, 0),
      bytes: wanted.reduce((sum, row) => sum + row.bytes, 0),
    });
    const of = (outcome: Outcome) => sumOf(rows.filter((row) => row.outcome === outcome));
    const ledger = shared.CompletenessLedger.parse({
      integrationId: id,
      at: new Date().toISOString(),
      found: sumOf(rows),
      processed: of('processed'),
      pending: of('pending'),
      skipped: of('skipped'),
      failed: of('failed'),
      rows,
    });
    if (c.req.valid('query').format === 'json') return c.json(ledger, 200);
    return c.body(csvOf(ledger), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="ledger-${id}.csv"`,
    });
  });

const csvOf = ({ rows, found }: shared.CompletenessLedger): string =>
  [
    ['outcome', 'state', 'reason', 'objects', 'bytes'],
    ...rows.map((row) => [row.outcome, row.state, row.reason ?? '', row.objects, row.bytes]),
    ['found', '', '', found.objects, found.bytes],
  ]
    .map((cells) => `${cells.map(csvCell).join(',')}\n`)
    .join('');

/** Codes of ours and numbers; quoted all the same, should a code ever hold a comma. */
const csvCell = (value: string | number): string =>
  /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
