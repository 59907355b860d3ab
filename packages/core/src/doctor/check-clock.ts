import { SluiceError } from '@sluice/shared';
import type { Bucket } from '../ports/bucket.ts';
import type { DoctorRun } from './doctor-run.ts';

const WARN_ABOVE_SECONDS = 60;

/** By the Date header of the last answer. A provider that refuses for the time has failed this check already. */
export const checkClock = ({ run }: DoctorRun, { probes }: Bucket): void => {
  if (run.told('clock')?.outcome === 'failed') return;
  const skewMs = probes?.clockSkewMs() ?? null;
  if (skewMs === null) return run.skipped('clock', 'Not told: the answers of the server have no date.');
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (seconds <= WARN_ABOVE_SECONDS) {
    return run.passed('clock', 'The clock of the server agrees with ours.');
  }
  run.warned(
    'clock',
    new SluiceError('clock_drift', {
      detail: `it is ${seconds} seconds ${skewMs > 0 ? 'ahead' : 'behind'}.`,
    }),
  );
};
