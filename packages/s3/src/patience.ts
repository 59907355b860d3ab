import type { EgressPolicy } from '@sluice/egress';
import type { RetryPolicy } from './retry.ts';

interface Patience {
  readonly egress: Pick<EgressPolicy, 'headersTimeoutMs' | 'totalTimeoutMs'>;
  readonly retry: RetryPolicy;
}

/**
 * How patient a client is, by what it is for. In work an operation ends within 30 s whatever the server does: no attempt begins after
 * 8 s, and none lasts longer than 20. What it takes to send an upload is added to both limits of an attempt.
 */
export const PATIENCE = {
  /** Whoever waits is a queue consumer, and others wait for it. The ledger tries again, later each time. */
  work: { egress: { headersTimeoutMs: 15_000, totalTimeoutMs: 20_000 }, retry: { maxTotalMs: 8_000 } },
  /** Somebody waits for the first byte, and takes the rest as fast as their line does. */
  read: { egress: { headersTimeoutMs: 10_000, totalTimeoutMs: 600_000 }, retry: { maxAttempts: 2 } },
  /** The person who pressed the button waits. */
  test: { egress: { headersTimeoutMs: 5_000, totalTimeoutMs: 5_000 }, retry: { maxAttempts: 1 } },
} as const satisfies Record<string, Patience>;
