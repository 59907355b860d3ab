import { asSluiceError, SluiceError } from '@sluice/shared';
import type { Bucket } from '../ports/bucket.ts';
import type { IntegrationConfig } from '../ports/ledger.ts';
import { commonFolder } from '../setup/b2-setup.ts';
import { wholePolicy } from './advice.ts';
import { type DoctorRun, probeName } from './doctor-run.ts';

interface OverGrant {
  /** After "it may". */
  readonly words: string;
  readonly isAllowed: (bucket: Bucket, signal: AbortSignal) => Promise<boolean | null>;
}

/**
 * What the credential may do beyond its work. Asked only with names nobody has, and by requests that change nothing:
 * nothing of the customer's is listed, read or touched. Never fails the test.
 */
export const checkOverGrants = async (doctor: DoctorRun, bucket: Bucket): Promise<void> => {
  const { run, integration } = doctor;
  const asked = questions(integration, doctor.newId());
  if (asked.length === 0 || bucket.probes === undefined) {
    return run.skipped('over_grants', untold(integration));
  }
  const answers = await Promise.all(
    asked.map(({ isAllowed }) => run.attempt((signal) => isAllowed(bucket, signal))),
  );
  const durationMs = Math.max(...answers.map((one) => one.durationMs));
  const tooMuch = asked.filter((_, at) => {
    const answer = answers[at];
    return answer?.ok === true && answer.value === true;
  });
  if (tooMuch.length > 0) {
    return run.warned(
      'over_grants',
      new SluiceError('permissions_too_wide', {
        detail: `it may ${tooMuch.map(({ words }) => words).join(', ')}.`,
      }),
      durationMs,
      { remedy: remedyFor(integration), statement: wholePolicy(integration) },
    );
  }
  if (!answers.some((answer) => answer.ok && answer.value === false)) {
    return run.skipped('over_grants', 'Not told: the server did not say what it would allow.', durationMs);
  }
  run.passed('over_grants', 'Nothing was found that the credential may do beyond its work.', durationMs);
};

const questions = (integration: IntegrationConfig, id: string): OverGrant[] => {
  const { provider, inputPrefix, outputPrefix } = integration;
  const nowhere = probeName(id, '/');
  switch (provider) {
    // A token of R2 is for whole buckets.
    case 'r2':
      return [];
    // A key of B2 is for a bucket, or for one folder of it.
    case 'b2':
      return commonFolder(inputPrefix, outputPrefix) === '' ? [] : outside(nowhere);
    case 'aws_role':
    case 'aws_key':
    case 'generic':
      return [
        ...(inputPrefix === '' ? [] : outside(nowhere)),
        {
          words:
            inputPrefix === ''
              ? 'write outside of the output folder'
              : `write into the input folder "${inputPrefix}"`,
          isAllowed: async ({ probes }, signal) =>
            (await probes?.mayWrite(`${inputPrefix}${nowhere}a.pdf`, signal)) ?? null,
        },
        {
          words: 'read the policy of the bucket',
          isAllowed: async ({ probes }, signal) => (await probes?.mayReadPolicy(signal)) ?? null,
        },
      ];
  }
};

/** Outside of both folders. Of reading, a missing object is told only to who may list as well. */
const outside = (nowhere: string): OverGrant[] => [
  {
    words: 'list what is outside of the input folder',
    isAllowed: async (bucket, signal) =>
      isGranted(async () => bucket.listPage({ prefix: nowhere, maxKeys: 1, signal })),
  },
  {
    words: 'read what is outside of both folders',
    isAllowed: async (bucket, signal) => isGranted(async () => bucket.head(`${nowhere}a.pdf`, { signal })),
  },
  {
    words: 'write outside of the output folder',
    isAllowed: async ({ probes }, signal) => (await probes?.mayWrite(`${nowhere}a.pdf`, signal)) ?? null,
  },
];

/** Null when the answer tells neither. */
const isGranted = async (work: () => Promise<unknown>): Promise<boolean | null> => {
  try {
    await work();
    return true;
  } catch (thrown) {
    const { code } = asSluiceError(thrown);
    if (code === 'object_not_found') return true;
    return code === 'access_denied' ? false : null;
  }
};

const untold = ({ provider }: IntegrationConfig): string => {
  if (provider === 'r2') return 'A token of R2 is for whole buckets: it cannot be kept to the two folders.';
  if (provider === 'b2')
    return 'A key of B2 can be kept to one folder only, and the input and output folders share none.';
  return 'Not told: it cannot be asked from here.';
};

const remedyFor = ({ provider, inputPrefix, outputPrefix }: IntegrationConfig): string =>
  provider === 'b2'
    ? `Make the application key for files under "${commonFolder(inputPrefix, outputPrefix)}" only.`
    : 'Use an identity of its own for this integration, whose policy grants no more than these statements.';
