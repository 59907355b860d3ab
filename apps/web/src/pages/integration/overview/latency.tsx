import { formatCount, formatDuration } from '../../../format/format.ts';
import { Fact, Facts } from '../card.tsx';
import type { UsageSummary } from '../queries.ts';

type Totals = UsageSummary['totals'];
type Measured = Totals['discoveryLatency'];

interface PercentilesProps {
  readonly name: string;
  /** When the clock was started. */
  readonly since: string;
  readonly measured: Measured;
}

const Percentiles = ({ name, since, measured }: PercentilesProps) => (
  <>
    <Fact
      name={`${name}: half within`}
      note={measured === null ? undefined : `${since}; measured on ${formatCount(measured.count)}`}
    >
      {measured === null ? 'Not measured yet' : formatDuration(measured.p50Ms / 1000)}
    </Fact>
    <Fact name={`${name}: 95 of 100 within`}>
      {measured === null ? 'Not measured yet' : formatDuration(measured.p95Ms / 1000)}
    </Fact>
  </>
);

/** How long it took until objects were found, and until their results were there. */
export const Latency = ({ discoveryLatency, completionLatency }: Totals) => (
  <div className="mt-5 border-t border-line pt-4">
    <h3 className="mb-3 font-semibold">How long it takes</h3>
    <Facts>
      <Percentiles name="Until found" since="since it was put there" measured={discoveryLatency} />
      <Percentiles name="Until written back" since="since it was found" measured={completionLatency} />
    </Facts>
  </div>
);
