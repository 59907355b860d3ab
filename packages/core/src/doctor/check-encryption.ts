import type { DoctorRun } from './doctor-run.ts';

/** What reading and writing met of the bucket's encryption: the key is asked by the storage, never by us. */
export const checkEncryption = ({ run }: DoctorRun): void => {
  const refused = (['read', 'write', 'read_back'] as const).find(
    (name) => run.told(name)?.code === 'encryption_denied',
  );
  if (refused !== undefined) return run.sameAs('encryption', refused);
  if (!run.hasPassed('write') || !run.hasPassed('read_back')) {
    return run.skipped('encryption', 'Not told: nothing was written and read back.');
  }
  run.passed('encryption', 'What the bucket encrypts, if it does, can be written and read back.');
};
