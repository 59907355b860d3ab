import { CONNECTION_CHECKS, type ConnectionCheck, type ConnectionCheckName } from '@sluice/shared';
import { checkClock } from '../doctor/check-clock.ts';
import { checkEncryption } from '../doctor/check-encryption.ts';
import { checkExternalId } from '../doctor/check-external-id.ts';
import { checkOutput } from '../doctor/check-output.ts';
import { checkOverGrants } from '../doctor/check-over-grants.ts';
import { checkRead } from '../doctor/check-read.ts';
import { checkWay, wayIsClear } from '../doctor/check-way.ts';
import { type CheckWatch, runHealthChecks } from '../health/health-run.ts';
import type { Bucket } from '../ports/bucket.ts';
import type { Clock, Wait } from '../ports/engine.ts';
import type { IntegrationConfig } from '../ports/ledger.ts';

/** Less than the 8 s that are promised: reading and recording take their time as well. */
const OVERALL_MS = 7_500;
const CHECK_MS = 5_000;

export interface ConnectionCheckContext {
  readonly clock: Clock;
  /** Default: real time. */
  readonly wait?: Wait;
  readonly newId: () => string;
  /** Whom trust policies name, for the statements that are shown; null when this installation was not told. */
  readonly principalArn?: string | null;
  /** For who wants to see the checks as they end. */
  readonly watch?: CheckWatch<ConnectionCheckName>;
}

/**
 * Runs the checks of a connection test, in order, within 8 seconds and 5 a check. Never throws; leaves nothing behind if it
 * can. What passes here works in work: lists, reads and writes are made as polls, processors and writing back make them.
 */
export const runConnectionChecks = async (
  { clock, newId, wait, principalArn = null, watch }: ConnectionCheckContext,
  integration: IntegrationConfig,
  open: () => Promise<Bucket>,
): Promise<readonly ConnectionCheck[]> =>
  runHealthChecks(
    {
      names: CONNECTION_CHECKS.filter(
        (name) => name !== 'external_id' || integration.provider === 'aws_role',
      ),
      overallMs: OVERALL_MS,
      checkMs: CHECK_MS,
      clock,
      ...(wait === undefined ? {} : { wait }),
      ...(watch === undefined ? {} : { watch }),
    },
    async (run) => {
      const doctor = { run, integration, principalArn, newId };
      const reached = await checkWay(doctor, open);
      if (reached === null) return;
      // Asks STS, not the bucket, so it need not wait for its turn.
      const externalId = checkExternalId(doctor, reached.bucket);
      await checkRead(doctor, reached);
      await checkOutput(doctor, reached);
      if (run.hasPassed('read', 'write')) wayIsClear(doctor, reached.durationMs);
      await Promise.all([externalId, checkOverGrants(doctor, reached.bucket)]);
      checkEncryption(doctor);
      checkClock(doctor, reached.bucket);
    },
  );
