import type { MemoryDatabase, MemoryIntegration, ObjectRow } from './database.ts';

const MICROS = 1_000_000;
/** Attempts in a row that open a circuit. */
const FAILURES = 10;
const SLOW_MICROS = 5 * MICROS;
const RETRY_MICROS = 30 * MICROS;

const FAILS_SLOWLY: ReadonlySet<string> = new Set(['upstream_unavailable', 'upstream_invalid', 'throttled']);
/** Says nothing of the bucket. */
const OURS: ReadonlySet<string> = new Set(['unavailable', 'vault_unavailable', 'unauthenticated']);

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
  const isSlow = now - (row.leasedAt ?? now) >= SLOW_MICROS;
  const reason = row.reason ?? '';
  if (!isDone && (reason === 'upstream_timeout' || (FAILS_SLOWLY.has(reason) && isSlow))) {
    const circuit = circuits.get(side) ?? { failures: 0, trips: 0, openUntil: null };
    circuit.failures += 1;
    if (circuit.failures >= FAILURES && (circuit.openUntil === null || circuit.openUntil <= now)) {
      circuit.openUntil = now + Math.min(30 * 2 ** circuit.trips, 300) * MICROS;
      circuit.trips += 1;
    }
    circuits.set(side, circuit);
    return;
  }
  const isEnded = isDone || row.state === 'skipped' || row.state === 'failed';
  if (isEnded || (row.obstacleOwner !== 'platform' && !OURS.has(reason))) circuits.delete(side);
};

const opened = ({ circuits }: MemoryIntegration, sides: readonly ('read' | 'write')[]): number[] =>
  sides.flatMap((side) => circuits.get(side)?.openUntil ?? []);

/** What `claim_due_objects` asks of an integration's circuits. */
export const circuitsOf = (integration: MemoryIntegration, now: number) => ({
  isTried: opened(integration, ['read', 'write']).length > 0,
  isOpen: opened(integration, ['read', 'write']).some((until) => until > now),
  isWriteOpen: opened(integration, ['write']).some((until) => until > now),
});

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
      .some((other) => other.state === working && other.leaseId !== null && (other.dueAt ?? 0) > now);
    return turn > 1 || isTried || untils.some((until) => until > now);
  });
  for (const [index, row] of held.entries()) row.dueAt = now + RETRY_MICROS + index + 1;
  return rows.filter((row) => !held.includes(row));
};
