import { formatCount } from '../../../format/format.ts';
import { cx } from '../../../ui/class-names.ts';
import { Card } from '../card.tsx';
import { type Integration, useIntegration } from '../queries.ts';
import { reasonWords } from '../words.ts';

type Reasons = Readonly<Record<string, number>>;
interface Part {
  readonly name: string;
  readonly objects: number;
  readonly fill: string;
  readonly dot: string;
  readonly reasons?: Reasons;
}

const sum = (reasons: Reasons): number => Object.values(reasons).reduce((total, n) => total + n, 0);

const partsOf = ({ writtenBack, pending, skipped, failed }: Integration['ledger']): readonly Part[] => [
  { name: 'Written back', objects: writtenBack, fill: 'fill-good', dot: 'bg-good' },
  { name: 'Pending', objects: pending, fill: 'fill-info', dot: 'bg-info' },
  { name: 'Skipped', objects: sum(skipped), fill: 'fill-idle', dot: 'bg-idle', reasons: skipped },
  { name: 'Failed', objects: sum(failed), fill: 'fill-bad', dot: 'bg-bad', reasons: failed },
];

const WIDTH = 1000;

/** The parts of the whole as one bar: for the eye alone, the figures stand below. */
const Bar = ({ parts, found }: { readonly parts: readonly Part[]; readonly found: number }) => {
  const ends = parts.map((_, index) =>
    parts.slice(0, index + 1).reduce((total, { objects }) => total + objects, 0),
  );
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${WIDTH} 12`}
      preserveAspectRatio="none"
      className="mb-4 block h-3 w-full overflow-hidden rounded-full"
    >
      <rect width={WIDTH} height="12" className="fill-idle-soft" />
      {found > 0 &&
        parts.map(({ name, objects, fill }, index) => (
          <rect
            key={name}
            x={(((ends[index] ?? 0) - objects) / found) * WIDTH}
            width={(objects / found) * WIDTH}
            height="12"
            className={fill}
          />
        ))}
    </svg>
  );
};

const SHOWN_REASONS = 6;

const ReasonList = ({ reasons }: { readonly reasons: Reasons }) => {
  const sorted = Object.entries(reasons).toSorted(
    ([codeA, a], [codeB, b]) => b - a || codeA.localeCompare(codeB),
  );
  const rest = sorted.slice(SHOWN_REASONS).reduce((total, [, n]) => total + n, 0);
  return (
    <ul className="mt-2 grid gap-1 border-t border-line pt-2 text-xs text-soft">
      {sorted.slice(0, SHOWN_REASONS).map(([code, objects]) => (
        <li key={code} className="flex justify-between gap-3">
          <span className="breakable min-w-0">{reasonWords(code)}</span>
          <span className="numeric">{formatCount(objects)}</span>
        </li>
      ))}
      {rest > 0 && (
        <li className="flex justify-between gap-3">
          <span>Other reasons</span>
          <span className="numeric">{formatCount(rest)}</span>
        </li>
      )}
    </ul>
  );
};

/** The books: everything ever found, by what became of it. The parts always sum to the whole. */
export const LedgerCard = () => {
  const { ledger } = useIntegration();
  const parts = partsOf(ledger);
  return (
    <Card title="Everything found, accounted for">
      <p className="numeric mb-3 text-soft">
        <strong className="text-xl font-semibold text-ink">{formatCount(ledger.found)}</strong> found ={' '}
        {parts.map(({ name, objects }, index) => (
          <span key={name}>
            {index > 0 && ' + '}
            <span className="whitespace-nowrap">
              {formatCount(objects)} {name.toLowerCase()}
            </span>
          </span>
        ))}
      </p>
      <Bar parts={parts} found={ledger.found} />
      <ul className="grid gap-3 min-[28rem]:grid-cols-2 lg:grid-cols-4">
        {parts.map(({ name, objects, dot, reasons = {} }) => (
          <li key={name} className="rounded-md bg-sunken p-3">
            <p className="flex items-center gap-2 text-xs text-soft">
              <span aria-hidden className={cx('size-2.5 rounded-full', dot)} />
              {name}
            </p>
            <p className="numeric text-lg font-semibold">{formatCount(objects)}</p>
            {Object.keys(reasons).length > 0 && <ReasonList reasons={reasons} />}
          </li>
        ))}
      </ul>
    </Card>
  );
};
