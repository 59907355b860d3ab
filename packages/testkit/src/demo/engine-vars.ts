import type { WorkersOptions } from '../stack/stack-types.ts';

/**
 * The engine's patience on one machine. In production a lease outlives the longest run of a queue consumer; here
 * documents take milliseconds, queues live in memory, and after a kill somebody is waiting: what was under way
 * counts as lost after seconds.
 */
export function engineVars(seconds: {
  pollInterval: number;
  lease: number;
}): NonNullable<WorkersOptions['extraVars']> {
  const lease = String(seconds.lease);
  return {
    'sluice-engine': {
      POLL_INTERVAL_SECONDS: String(seconds.pollInterval),
      POLL_LEASE_SECONDS: lease,
      OBJECT_LEASE_SECONDS: lease,
      VISIBILITY_SECONDS: lease,
    },
  };
}
