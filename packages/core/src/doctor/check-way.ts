import type { ConnectionCheckName, ErrorCode, SluiceError } from '@sluice/shared';
import { classifyObject } from '../finding/classify-object.ts';
import type { Bucket } from '../ports/bucket.ts';
import type { IntegrationConfig } from '../ports/ledger.ts';
import { adviceOn, GRANTS, trustAdvice } from './advice.ts';
import type { DoctorRun, Reached } from './doctor-run.ts';

/** Faults of these kinds were met on the way to the bucket, so they are the answer to that check, not to the listing's. */
const BLAME: Partial<Record<ErrorCode, ConnectionCheckName>> = {
  endpoint_refused: 'endpoint',
  endpoint_unreachable: 'endpoint',
  tls_failed: 'endpoint',
  endpoint_not_s3: 'endpoint',
  upstream_timeout: 'endpoint',
  credentials_unknown: 'credentials',
  credentials_wrong_secret: 'credentials',
  credentials_expired: 'credentials',
  credentials_missing: 'credentials',
  role_not_assumable: 'credentials',
  vault_unavailable: 'credentials',
  region_wrong: 'region',
  addressing_wrong: 'addressing',
  bucket_not_found: 'bucket',
  clock_skew: 'clock',
};

/** Found out before the endpoint was asked anything. */
const BEFORE_CONTACT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'credentials_missing',
  'role_not_assumable',
  'vault_unavailable',
]);

/** What a bucket looks like that stands in the other place of the address. */
const PERHAPS_ADDRESSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'endpoint_unreachable',
  'tls_failed',
  'endpoint_not_s3',
  'addressing_wrong',
  'bucket_not_found',
]);

/**
 * The first call proves the way to the bucket as well as the permission to list it: it is the very call of a poll. Null:
 * nothing else can be told.
 */
export const checkWay = async (doctor: DoctorRun, open: () => Promise<Bucket>): Promise<Reached | null> => {
  const { run, integration } = doctor;
  const { inputPrefix, outputPrefix } = integration;
  const opened = await run.attempt(open);
  if (!opened.ok) {
    const { code } = opened.error;
    const blamed = code === 'upstream_timeout' ? 'credentials' : BLAME[code];
    run.failed(blamed ?? 'credentials', opened.error, opened.durationMs);
    return null;
  }
  const bucket = opened.value;
  const listed = await run.attempt((signal) => bucket.listPage({ prefix: inputPrefix, signal }));
  const durationMs = opened.durationMs + listed.durationMs;
  if (listed.ok) {
    wayIsClear(doctor, durationMs);
    run.passed('list', `Objects under "${inputPrefix}" can be listed.`);
    const documents = listed.value.objects.filter((one) => classifyObject(one, outputPrefix) === null);
    return { bucket, documents: documents.map(({ key }) => key), durationMs };
  }
  return tellFailure(doctor, bucket, listed.error, durationMs);
};

const tellFailure = async (
  doctor: DoctorRun,
  bucket: Bucket,
  error: SluiceError,
  durationMs: number,
): Promise<Reached | null> => {
  const { run, integration, principalArn } = doctor;
  if (await isAddressedOtherwise(doctor, bucket, error)) {
    const otherwise = integration.addressingStyle === 'path' ? 'virtual' : 'path';
    run.passed('endpoint', ANSWERS, durationMs);
    run.failed('addressing', error, durationMs, {
      addition: ` With the bucket in the ${otherwise === 'path' ? 'path' : 'host name'} it answers.`,
      remedy: `Set the addressing style to "${otherwise}".`,
    });
    return null;
  }
  const blamed = BLAME[error.code] ?? 'list';
  const advice =
    error.code === 'role_not_assumable'
      ? trustAdvice(integration, principalArn)
      : adviceOn(integration, GRANTS.list, error);
  run.failed(blamed, error, durationMs, advice);
  if (blamed === 'endpoint') return null;
  if (error.providerStatus !== undefined && !BEFORE_CONTACT.has(error.code)) {
    run.passed('endpoint', ANSWERS, durationMs);
  } else run.skipped('endpoint', 'Not told: it did not come to an answer of the endpoint.');
  if (blamed === 'credentials') return null;
  if (provesCredentials(error, integration.provider)) run.passed('credentials', ACCEPTED);
  else run.skipped('credentials', 'Not told: the provider did not say whether it knows the credentials.');
  if (blamed !== 'list') return null;
  for (const name of ['region', 'addressing', 'bucket'] as const) {
    run.skipped(name, 'Not told: the provider refused before it came to that.');
  }
  return { bucket, documents: null, durationMs };
};

const ANSWERS = 'The endpoint answers like S3.';
const ACCEPTED = 'The credentials are accepted.';

/** A server may refuse to list without saying whether it knows the key; anything that worked says that it does. */
export const wayIsClear = ({ run, integration }: DoctorRun, durationMs: number): void => {
  const { region, addressingStyle, bucket } = integration;
  run.passed('endpoint', ANSWERS, durationMs);
  run.passed('credentials', ACCEPTED);
  run.passed('region', `Requests signed for "${region}" are accepted.`);
  run.passed(
    'addressing',
    `The bucket is found in the ${addressingStyle === 'path' ? 'path' : 'host name'} of the address.`,
  );
  run.passed('bucket', `The bucket "${bucket}" is there.`);
};

/** The large providers say of a bad key that it is bad; some servers say AccessDenied to everything. */
const provesCredentials = (error: SluiceError, provider: IntegrationConfig['provider']): boolean =>
  error.code === 'access_denied' && provider !== 'generic';

/** Only where the tenant chose the style; the others' is known. */
const isAddressedOtherwise = async (
  { run, integration }: DoctorRun,
  { probes }: Bucket,
  error: SluiceError,
): Promise<boolean> => {
  if (probes === undefined || integration.provider !== 'generic' || !PERHAPS_ADDRESSING.has(error.code)) {
    return false;
  }
  return (await run.attempt((signal) => probes.listOtherwise(integration.inputPrefix, signal))).ok;
};
