import { asSluiceError, SluiceError } from '@sluice/shared';
import type { Attempt } from '../health/health-run.ts';
import type { Bucket, PutInput } from '../ports/bucket.ts';
import { isResultOf } from '../writeback/provenance.ts';
import { adviceOn, GRANTS } from './advice.ts';
import { checkConditions } from './check-conditions.ts';
import { DELETE_RESERVE_MS, type DoctorRun, probeName, type Reached } from './doctor-run.ts';

const BODY = new TextEncoder().encode('Sluice wrote this to test the connection. It may be deleted.\n');

/** Writes probes into the output folder as results are written, reads them back with their metadata, and deletes them. */
export const checkOutput = async (doctor: DoctorRun, { bucket }: Reached): Promise<void> => {
  const { run, integration } = doctor;
  const { outputPrefix } = integration;
  const id = doctor.newId();
  const keyOf = (extension: string): string => `${outputPrefix}${probeName(id, extension)}`;
  // As results end: a policy may let pass the one and not the other.
  const keys = [keyOf('.pdf'), keyOf('.html')] as const;
  const limitMs = run.timeLeft(DELETE_RESERVE_MS);
  if (limitMs === 0) return run.outOfTime('write', 'read_back', 'delete');

  const puts = await Promise.all(
    keys.map((key) => run.attempt((signal) => putAsResult(bucket, key, id, signal), limitMs)),
  );
  const refused = firstFailure(puts);
  if (refused !== null) {
    const advice = adviceOn(integration, GRANTS.write, refused.error);
    run.failed('write', refused.error, refused.durationMs, advice);
    // What has no answer may have been written all the same.
    const perhapsThere = keys.filter((_, at) => {
      const put = puts[at];
      return put?.ok === true || (put !== undefined && isUncertain(put.error));
    });
    await Promise.all(perhapsThere.map((key) => run.attempt((signal) => bucket.delete(key, signal))));
    return;
  }
  run.passed('write', `Results can be written under "${outputPrefix}".`, longest(puts));
  tellVersioning(doctor, puts);
  // At once: where conditions are not kept, a probe is replaced by its like.
  await Promise.all([
    checkReadBack(doctor, bucket, id, keys),
    checkConditions(doctor, keys, (key, condition, signal) => putProbe(bucket, key, id, condition, signal)),
  ]);
  await checkDelete(doctor, bucket, keys);
};

const checkReadBack = async (
  { run, integration }: DoctorRun,
  bucket: Bucket,
  id: string,
  keys: readonly string[],
): Promise<void> => {
  const limitMs = run.timeLeft(DELETE_RESERVE_MS);
  if (limitMs === 0) return run.outOfTime('read_back');
  const reads = await Promise.all(
    keys.map((key) => run.attempt((signal) => readOne(bucket, key, id, signal), limitMs)),
  );
  const refused = firstFailure(reads);
  if (refused === null)
    return run.passed('read_back', 'What was written can be read back, metadata and all.', longest(reads));
  run.failed(
    'read_back',
    refused.error,
    refused.durationMs,
    adviceOn(integration, GRANTS.read_back, refused.error),
  );
};

const checkDelete = async (
  { run, integration }: DoctorRun,
  bucket: Bucket,
  keys: readonly string[],
): Promise<void> => {
  const deletions = await Promise.all(keys.map((key) => run.attempt((signal) => bucket.delete(key, signal))));
  const refused = firstFailure(deletions);
  if (refused === null) {
    return run.passed(
      'delete',
      `The probes were deleted from "${integration.bucket}" again.`,
      longest(deletions),
    );
  }
  const left = keys.filter((_, at) => deletions[at]?.ok === false).map((key) => `"${key}"`);
  run.failed('delete', refused.error, refused.durationMs, {
    ...adviceOn(integration, GRANTS.delete, refused.error),
    addition: ` The probe ${left.join(' and ')} may still be there.`,
  });
};

/** A server that keeps versions gives each write one; asking for the setting would take a permission nothing else needs. */
const tellVersioning = ({ run, integration }: DoctorRun, puts: readonly Attempt<Written>[]): void => {
  const versioned = puts.some((put) => put.ok && put.value.versionId !== null);
  // R2 numbers its writes and keeps no versions.
  if (!versioned || integration.provider === 'r2') {
    return run.passed('versioning', 'The bucket keeps no versions: what is deleted is gone.');
  }
  run.warned(
    'versioning',
    new SluiceError('versions_kept', {
      detail:
        'deleting the probes leaves a version and a delete marker of each, and a result that is written again leaves its predecessor.',
    }),
  );
};

interface Written {
  readonly versionId: string | null;
}

/** As writing back does: a stream, under a name that is free, and otherwise only after a look. */
const putAsResult = async (
  bucket: Bucket,
  key: string,
  id: string,
  signal: AbortSignal,
): Promise<Written> => {
  try {
    return await putProbe(bucket, key, id, { ifAbsent: true }, signal);
  } catch (thrown) {
    if (asSluiceError(thrown).code !== 'unsupported_by_provider') throw thrown;
  }
  try {
    await bucket.head(key, { signal });
  } catch (thrown) {
    if (asSluiceError(thrown).code !== 'object_not_found') throw thrown;
  }
  return putProbe(bucket, key, id, {}, signal);
};

const putProbe = async (
  bucket: Bucket,
  key: string,
  id: string,
  condition: Pick<PutInput, 'ifAbsent' | 'ifMatch'>,
  signal: AbortSignal,
): Promise<Written> =>
  bucket.put({
    key,
    body: new Blob([BODY]).stream(),
    sizeBytes: BODY.length,
    contentType: 'text/plain; charset=utf-8',
    metadata: { 'sluice-job-id': id },
    ...condition,
    signal,
  });

const readOne = async (bucket: Bucket, key: string, id: string, signal: AbortSignal): Promise<void> => {
  const { head, body } = await bucket.get(key, { signal });
  await body.cancel();
  if (!isResultOf(head.metadata, id)) {
    throw new SluiceError('metadata_not_kept', {
      detail: `"${key}" was read back without its x-amz-meta-sluice-job-id.`,
    });
  }
};

const isUncertain = (error: SluiceError): boolean =>
  error.providerStatus === undefined || error.providerStatus >= 500;

const firstFailure = (attempts: readonly Attempt<unknown>[]) => attempts.find((one) => !one.ok) ?? null;

const longest = (attempts: readonly Attempt<unknown>[]): number =>
  Math.max(0, ...attempts.map(({ durationMs }) => durationMs));
