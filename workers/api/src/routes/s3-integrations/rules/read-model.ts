import { type Client, unwrap } from '@sluice/db';
import { asSluiceError, FolderRule, SluiceError } from '@sluice/shared';

const COLUMNS =
  'id, prefix, quality_tier, language, notification_target, overwrite_policy, output_subfolder, revision, created_at, updated_at';

const rows = (db: Client) => db.from('s3_integration_folder_rules').select(COLUMNS);
type Row = NonNullable<Awaited<ReturnType<typeof rows>>['data']>[number];

const ruleOf = (row: Row): FolderRule =>
  FolderRule.parse({
    id: row.id,
    prefix: row.prefix,
    qualityTier: row.quality_tier,
    language: row.language,
    notificationTarget: row.notification_target,
    overwritePolicy: row.overwrite_policy,
    outputSubfolder: row.output_subfolder,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });

/** All rules of an integration, by prefix: there are at most 100. */
export const readRules = async (db: Client, integrationId: string): Promise<FolderRule[]> =>
  unwrap(await rows(db).eq('integration_id', integrationId).order('prefix')).map(ruleOf);

/** @throws SluiceError `not_found` */
export const readRule = async (db: Client, integrationId: string, prefix: string): Promise<FolderRule> =>
  ruleOf(unwrap(await rows(db).eq('integration_id', integrationId).eq('prefix', prefix).maybeSingle()));

const FIELDS: Readonly<Record<string, string>> = {
  rule_outside_input: 'prefix',
  outputs_collide: 'outputSubfolder',
};

/** What the database refused, with the field it is about. */
export const namingTheField = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (thrown) {
    const error = asSluiceError(thrown);
    const field = FIELDS[error.code];
    if (field === undefined) throw thrown;
    const { detail = error.entry.title } = error;
    throw new SluiceError(error.code, { detail, fields: [{ field, message: detail }], cause: thrown });
  }
};
