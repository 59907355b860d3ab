import { SluiceError } from '@sluice/shared';
import type { Attempt } from '../health/health-run.ts';
import type { Bucket } from '../ports/bucket.ts';
import { trustAdvice } from './advice.ts';
import type { DoctorRun } from './doctor-run.ts';

/**
 * That the role refuses us without an external id, and with another than its own. One that does not would also let us in for
 * somebody else who enters its ARN: the confused deputy.
 */
export const checkExternalId = async (doctor: DoctorRun, { probes }: Bucket): Promise<void> => {
  const { run, integration, principalArn } = doctor;
  if (integration.provider !== 'aws_role') return;
  const assumeRole = probes?.assumeRole;
  if (assumeRole === undefined) {
    return run.skipped('external_id', 'Not told: the role cannot be asked from here.');
  }
  const tries = await Promise.all([
    run.attempt((signal) => assumeRole(null, signal)),
    run.attempt((signal) => assumeRole(`sluice-not-the-external-id-${doctor.newId()}`, signal)),
  ]);
  const [without, withWrong] = tries;
  const durationMs = Math.max(...tries.map((one) => one.durationMs));
  if (without.ok || withWrong.ok) {
    const how =
      without.ok && withWrong.ok
        ? 'without one and with another'
        : without.ok
          ? 'without one'
          : 'with another';
    return run.failed(
      'external_id',
      new SluiceError('external_id_not_required', {
        detail: `${integration.roleArn ?? 'the role'} was assumed ${how}.`,
      }),
      durationMs,
      trustAdvice(integration, principalArn),
    );
  }
  const unclear = tries.find(isUnclear);
  if (unclear !== undefined && !unclear.ok) {
    return run.warned('external_id', unclear.error, durationMs, {
      addition: ' So it is not known whether the role refuses other external ids.',
    });
  }
  run.passed('external_id', 'The role refuses us without its external id, and with another.', durationMs);
};

const isUnclear = (attempt: Attempt<void>): boolean =>
  !attempt.ok && attempt.error.code !== 'role_not_assumable';
