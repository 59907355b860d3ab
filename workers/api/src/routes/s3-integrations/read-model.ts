import { type Client, unwrap } from '@sluice/db';
import { ConnectionTest, ERROR_CATALOGUE, isErrorCode, type Ledger, S3Integration } from '@sluice/shared';
import * as z from 'zod';

/** The columns an integration's read model is made of: an allow-list. */
export const INTEGRATION_COLUMNS =
  'id, tenant_id, name, provider, status, start_from, started_at, activation_override, detection_mode, bucket, region, endpoint, addressing_style, role_arn, external_id, access_key_hint, input_prefix, output_prefix, overwrite_policy, language, last_test, revision, created_at, updated_at, s3_poll_states (last_completed_at, next_poll_at, last_listed_objects, last_error_code, last_error_detail, last_error_at), s3_circuits (side, code, since, open_until)';

const rows = (db: Client) => db.from('s3_integrations').select(INTEGRATION_COLUMNS);
type Row = NonNullable<Awaited<ReturnType<typeof rows>>['data']>[number];

/** Integrations as their tenant sees them. */
export const integrationsOf = async (db: Client, of: readonly Row[]): Promise<S3Integration[]> => {
  const ledgers = await ledgersOfHeldUp(db, of);
  return of.map((row) => integrationOf(row, ledgers.get(row.id) ?? []));
};

/** The books of those whose bucket hangs, by id: whether anything waits for it. Of the others, nearly always all, nothing is asked. */
const ledgersOfHeldUp = async (db: Client, of: readonly Row[]): Promise<ReadonlyMap<string, unknown>> => {
  const ids = of.filter((row) => holdUpOf(row.s3_circuits) !== null).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const counted = unwrap(await db.from('s3_integrations').select('id, ledger').in('id', ids));
  return new Map(counted.map(({ id, ledger }) => [id, ledger]));
};

/** One of them, and of its books as much as its hold-up takes. */
export const integrationOf = (row: Row, ledger: unknown): S3Integration => {
  const polling = row.s3_poll_states[0];
  const holdUp = holdUpOf(row.s3_circuits);
  return S3Integration.parse({
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    provider: row.provider,
    status: row.status,
    startFrom: row.start_from,
    startedAt: row.started_at,
    activationOverride: row.activation_override,
    detectionMode: row.detection_mode,
    bucket: row.bucket,
    region: row.region,
    endpoint: row.endpoint,
    addressingStyle: row.addressing_style,
    roleArn: row.role_arn,
    externalId: row.external_id,
    accessKeyHint: row.access_key_hint,
    credentialsStored: row.access_key_hint !== null,
    inputPrefix: row.input_prefix,
    outputPrefix: row.output_prefix,
    overwritePolicy: row.overwrite_policy,
    language: row.language,
    lastTest: ConnectionTest.nullable().catch(null).parse(row.last_test),
    polling:
      polling === undefined
        ? null
        : {
            lastCompletedAt: polling.last_completed_at,
            nextPollAt: polling.next_poll_at,
            lastListedObjects: polling.last_listed_objects,
            lastError:
              polling.last_error_code === null
                ? null
                : {
                    ...wordsOf(polling.last_error_code),
                    detail: polling.last_error_detail,
                    at: polling.last_error_at,
                  },
          },
    holdUp: holdUp !== null && isWaitedFor(holdUp.work, ledger) ? holdUp : null,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });
};

/** Whoever still waits is tried again long before this is over. */
const STALE_MS = 3_600_000;

/** Of what was only counted so far there is nothing to say. What is not written is not read either, so writing is told first. */
const holdUpOf = (circuits: Row['s3_circuits']): S3Integration['holdUp'] => {
  const isHeldUp = (side: string) =>
    circuits.find((c) => c.side === side && Date.parse(c.open_until ?? '') > Date.now() - STALE_MS);
  const circuit = isHeldUp('write') ?? isHeldUp('read');
  if (circuit === undefined || circuit.open_until === null) return null;
  const work = circuit.side === 'write' ? 'write' : 'read';
  return {
    work,
    ...wordsOf(circuit.code),
    detail: `${work === 'write' ? 'Writing results' : 'Reading documents'} took too long many times in a row, so the others wait. One is tried from time to time, and a connection test that passes makes us try at once.`,
    since: circuit.since,
    nextTryAt: circuit.open_until,
  };
};

/** Whether any document waits for it. What has been read waits for no reading. */
const isWaitedFor = (work: 'read' | 'write', ledger: unknown): boolean =>
  LedgerRows.parse(ledger).some(
    ({ state }) =>
      state === 'found' ||
      state === 'queued' ||
      state === 'processing' ||
      (work === 'write' && state === 'staged'),
  );

/** A code with its words. A code this version does not know is shown as ours to look into. */
export const wordsOf = (code: string): { code: string; title: string; owner: string; remedy: string } => {
  const { title, owner, remedy } = ERROR_CATALOGUE[isErrorCode(code) ? code : 'internal'];
  return { code, title, owner, remedy };
};

/** @throws SluiceError `not_found` */
export const readIntegration = async (db: Client, id: string): Promise<S3Integration> => {
  const row = unwrap(await rows(db).eq('id', id).maybeSingle());
  const ledgers = await ledgersOfHeldUp(db, [row]);
  return integrationOf(row, ledgers.get(id) ?? []);
};

const LedgerRows = z.array(
  z.object({ state: z.string(), reason: z.string().nullable().transform(String), objects: z.int() }),
);

/** The books, of the counts by state and reason. */
const ledgerOf = (rows: unknown): Ledger => {
  const counts = LedgerRows.parse(rows);
  const ledger: Ledger = { found: 0, writtenBack: 0, pending: 0, skipped: {}, failed: {} };
  for (const { state, reason, objects } of counts) {
    ledger.found += objects;
    if (state === 'written_back') ledger.writtenBack += objects;
    else if (state === 'skipped') ledger.skipped[reason] = (ledger.skipped[reason] ?? 0) + objects;
    else if (state === 'failed' || state === 'dead')
      ledger.failed[reason] = (ledger.failed[reason] ?? 0) + objects;
    else ledger.pending += objects;
  }
  return ledger;
};

/**
 * An integration and its books, counted now, in one request.
 *
 * @throws SluiceError `not_found`
 */
export const readIntegrationWithLedger = async (
  db: Client,
  id: string,
): Promise<S3Integration & { ledger: Ledger }> => {
  const row = unwrap(
    await db.from('s3_integrations').select(`${INTEGRATION_COLUMNS}, ledger`).eq('id', id).maybeSingle(),
  );
  return { ...integrationOf(row, row.ledger), ledger: ledgerOf(row.ledger) };
};
