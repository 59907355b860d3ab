import { type Client, unwrap } from '@sluice/db';
import { ConnectionCheck, EventSecretVersions, S3Credentials } from '@sluice/shared';
import * as z from 'zod';
import { wordsOf } from '../s3-integrations/read-model.ts';

/** What `s3_integration_credentials` returns. */
const Version = z.object({
  version: z.int(),
  hint: z.string().nullable(),
  since: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
});
const Stored = z.object({
  current: Version.nullable(),
  previous: Version.extend({
    keptUntil: z.string().nullable(),
    destroyedAt: z.string().nullable(),
    callsEndBy: z.string().nullable(),
    waitsForNew: z.boolean(),
    waitsForCalls: z.boolean(),
  }).nullable(),
  rotation: z
    .object({
      state: z.string(),
      fromVersion: z.int().nullable(),
      toVersion: z.int(),
      keepOldFor: z.int(),
      stagedAt: z.string(),
      swappedAt: z.string().nullable(),
      overlapUntil: z.string().nullable(),
      endedAt: z.string().nullable(),
      reasonCode: z.string().nullable(),
      reasonDetail: z.string().nullable(),
      providerCode: z.string().nullable(),
      checks: z.array(ConnectionCheck).nullable().catch(null),
    })
    .nullable(),
});

/** @throws SluiceError `not_found` */
export const readCredentials = async (db: Client, id: string): Promise<S3Credentials> => {
  const { current, previous, rotation } = Stored.parse(
    unwrap(await db.rpc('s3_integration_credentials', { p_integration_id: id })),
  );
  return S3Credentials.parse({
    current,
    previous: previous === null ? null : previousOf(previous),
    rotation: rotation === null ? null : rotationOf(rotation),
  });
};

const previousOf = ({
  waitsForNew,
  waitsForCalls,
  ...version
}: NonNullable<z.infer<typeof Stored>['previous']>) => {
  const waitsFor = [
    ...(waitsForNew ? ['first_use_of_new_key'] : []),
    ...(waitsForCalls ? ['calls_in_flight'] : []),
  ];
  return { ...version, waitsFor, safeToDelete: waitsFor.length === 0 };
};

const rotationOf = ({
  reasonCode,
  reasonDetail,
  providerCode,
  ...rotation
}: NonNullable<z.infer<typeof Stored>['rotation']>) => ({
  ...rotation,
  reason: reasonCode === null ? null : { ...wordsOf(reasonCode), detail: reasonDetail, providerCode },
});

/** @throws SluiceError `not_found` */
export const readEventSecrets = async (db: Client, id: string): Promise<EventSecretVersions> => {
  const { s3_secret_versions: rows } = unwrap(
    await db
      .from('s3_integrations')
      .select('id, s3_secret_versions (version, state, created_at, last_used_at, valid_until)')
      .eq('id', id)
      .eq('s3_secret_versions.field', 'event_secret')
      .in('s3_secret_versions.state', ['current', 'previous'])
      .order('version', { referencedTable: 's3_secret_versions', ascending: false })
      .maybeSingle(),
  );
  const now = Date.now();
  return EventSecretVersions.parse({
    items: rows
      // Over, though the sweep has not come by yet.
      .filter((row) => row.valid_until === null || Date.parse(row.valid_until) > now)
      .map((row) => ({
        version: row.version,
        state: row.state,
        createdAt: row.created_at,
        lastSeenAt: row.last_used_at,
        validUntil: row.valid_until,
      })),
  });
};
