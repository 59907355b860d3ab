import { type Client, unwrap, unwrapNullable } from '@sluice/db';
import { DryRun, DryRunResult, SluiceError } from '@sluice/shared';
import { wordsOf } from '../s3-integrations/read-model.ts';

/** The columns a dry run's read model is made of: an allow-list. */
const COLUMNS =
  'id, integration_id, state, start_from, result, listed_objects, list_calls, is_complete, error_code, error_detail, requested_by, created_at, last_progress_at, ended_at';

const rows = (db: Client) => db.from('s3_dry_runs').select(COLUMNS);
type Row = NonNullable<Awaited<ReturnType<typeof rows>>['data']>[number];

const dryRunOf = (row: Row): DryRun =>
  DryRun.parse({
    id: row.id,
    integrationId: row.integration_id,
    state: row.state,
    startFrom: row.start_from,
    complete: row.is_complete,
    listedObjects: row.listed_objects,
    listCalls: row.list_calls,
    error: row.error_code === null ? null : { ...wordsOf(row.error_code), detail: row.error_detail },
    // Of an earlier version of ours it may have another form.
    result: DryRunResult.nullable().catch(null).parse(row.result),
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    lastProgressAt: row.last_progress_at,
    endedAt: row.ended_at,
  });

/** The dry run begun last. @throws SluiceError `not_found` */
export const readLatestDryRun = async (db: Client, integrationId: string): Promise<DryRun> => {
  const row = unwrapNullable(
    await rows(db)
      .eq('integration_id', integrationId)
      .order('created_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(1)
      .maybeSingle(),
  );
  if (row === null) {
    throw new SluiceError('not_found', { detail: 'No dry run of this integration was started yet.' });
  }
  return dryRunOf(row);
};

/** @throws SluiceError `not_found` */
export const readDryRun = async (db: Client, id: string): Promise<DryRun> =>
  dryRunOf(unwrap(await rows(db).eq('id', id).maybeSingle()));
