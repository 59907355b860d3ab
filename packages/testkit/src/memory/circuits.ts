import type { ObstacleOwner } from '@sluice/core';
import type { MemoryDatabase, MemoryIntegration, ObjectRow } from './database.ts';

const MICROS = 1_000_000;
/** Attempts in a row that open a circuit. */
const FAILURES = 10;
const SLOW_MICROS = 5 * MICROS;
const RETRY_MICROS = 30 * MICROS;

/** How long one that was begun keeps others waiting to see how it ends. */
const PROBE_MICROS = 180 * MICROS;

/** Says nothing of the bucket. */
const OURS: ReadonlySet<ObstacleOwner | null> = new Set([null, 'platform', 'platform_outage']);

/** `private.mind_circuit`: an attempt that began in `from` has ended, and the row says how. */
export const mindCircuit = (
  database: MemoryDatabase,
  row: ObjectRow,
  from: 'processing' | 'staged',
  now: number,
): void => {
  const { circuits } = database.integration(row.integrationId);
  const side = from === 'processing' ? 'read' : 'write';
  const isDone = row.state === 'written_back' || (from === 'processing' && row.state === 'staged');
  const isFinal = isDone || row.state === 'skipped' || row.state === 'failed';
  const isSlow = now - (row.leasedAt ?? now) >= SLOW_MICROS;
  const reason = row.reason ?? '';
  if (!isDone && (reason === 'object_name_unusable' || (!isFinal && OURS.has(row.obstacleOwner)))) return;
  if (!isFinal && (reason === 'upstream_timeout' || isSlow)) {
    const circuit = circuits.get(side) ?? { failures: 0, trips: 0, openUntil: null };
    circuit.failures += 1;
    if (circuit.failures >= FAILURES && (circuit.openUntil === null || circuit.openUntil <= now)) {
      circuit.openUntil = now + Math.min(30 * 2 ** circuit.trips, 300) * MICROS;
      circuit.trips += 1;
    }
    circuits.set(side, circuit);
    return;
  }
  circuits.delete(side);
};

const opened = ({ circuits }: MemoryIntegration, sides: readonly ('read' | 'write')[]): number[] =>
  sides.flatMap((side) => circuits.get(side)?.openUntil ?? []);

/** What `claim_due_objects` asks of an integration's circuits. */
export const circuitsOf = (integration: MemoryIntegration, now: number) => ({
  isTried: opened(integration, ['read', 'write']).length > 0,
  isOpen: opened(integration, ['read', 'write']).some((until) => until > now),
  isWriteTried: opened(integration, ['write']).length > 0,
  isWriteOpen: opened(integration, ['write']).some((until) => until > now),
});

/** Whether it was begun so short a while ago that the next waits to see how it ends. */
export const isProbe = (row: ObjectRow, now: number): boolean =>
  (row.state === 'queued' ? row.stateChangedAt : (row.leasedAt ?? 0)) > now - PROBE_MICROS;

/** `private.hold_back`: those that are to be begun now; the others are put off. */
export const notHeldBack = (
  database: MemoryDatabase,
  rows: readonly ObjectRow[],
  state: 'queued' | 'staged',
  now: number,
): ObjectRow[] => {
  const taken = new Map<string, number>();
  const held = rows.filter((row) => {
    if (row.state !== state || row.leaseId !== null) return false;
    const untils = opened(
      database.integration(row.integrationId),
      state === 'queued' ? ['read', 'write'] : ['write'],
    );
    if (untils.length === 0) return false;
    const turn = (taken.get(row.integrationId) ?? 0) + 1;
    taken.set(row.integrationId, turn);
    const working = state === 'queued' ? 'processing' : 'staged';
    const isTried = database
      .rowsOf(row.integrationId)
      .some((other) => other.state === working && other.leaseId !== null && isProbe(other, now));
    return turn > 1 || isTried || untils.some((until) => until > now);
  });
  for (const [index, row] of held.entries()) {
    row.dueAt = now + RETRY_MICROS + index + 1;
    if (row.state !== 'queued') continue;
    row.state = 'found';
    row.stateChangedAt = now;
  }
  return rows.filter((row) => !held.includes(row));
};
