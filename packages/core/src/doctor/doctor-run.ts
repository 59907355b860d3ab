import type { ConnectionCheckName } from '@sluice/shared';
import type { HealthRun } from '../health/health-run.ts';
import type { Bucket } from '../ports/bucket.ts';
import type { IntegrationConfig } from '../ports/ledger.ts';

/** Kept back from writing and reading, so that what was written can be deleted again. */
export const DELETE_RESERVE_MS = 1_500;

/** One connection test under way. */
export interface DoctorRun {
  readonly run: HealthRun<ConnectionCheckName>;
  readonly integration: IntegrationConfig;
  /** Whom trust policies name; null when this installation was not told. */
  readonly principalArn: string | null;
  readonly newId: () => string;
}

/** A bucket that answered. */
export interface Reached {
  readonly bucket: Bucket;
  /** Documents that a poll would take, of the first page; null when nothing could be listed. */
  readonly documents: readonly string[] | null;
  readonly durationMs: number;
}

/**
 * What no object of a customer's is called. Ends as results do, for a policy may ask for it; and has one dot, for there are
 * servers whose `*.pdf` looks no further than to the first.
 */
export const probeName = (id: string, extension: string): string =>
  `sluice-connection-test-${id}${extension}`;
