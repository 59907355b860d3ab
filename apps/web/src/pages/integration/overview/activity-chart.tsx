import { formatCount, formatDay } from '../../../format/format.ts';
import { type DayOfActivity, SERIES, topOf } from './activity.ts';

const WIDTH = 900;
const HEIGHT = 200;
const GAP = 5;

const Column = ({
  day,
  index,
  slot,
  top,
}: {
  day: DayOfActivity;
  index: number;
  slot: number;
  top: number;
}) => {
  let y = HEIGHT;
  const words = SERIES.map(({ id, label }) => `${label}: ${formatCount(day[id])}`).join(', ');
  return (
    <g>
      <title>{`${formatDay(day.day)}. Found: ${formatCount(day.found)}, ${words}`}</title>
      {/* The whole height answers to the pointer. */}
      <rect x={index * slot} width={slot} height={HEIGHT} className="fill-transparent hover:fill-hover" />
      {SERIES.map(({ id, fill }) => {
        const height = (day[id] / top) * HEIGHT;
        y -= height;
        return (
          <rect
            key={id}
            x={index * slot + GAP / 2}
            y={y}
            width={slot - GAP}
            height={height}
            className={`pointer-events-none ${fill}`}
          />
        );
      })}
    </g>
  );
};

/** Columns of what came of objects, one a day. The figures are in the table beside it. */
export const ActivityChart = ({ days }: { readonly days: readonly DayOfActivity[] }) => {
  const top = topOf(days);
  const slot = WIDTH / days.length;
  const total = SERIES.map(
    ({ id, label }) => `${label.toLowerCase()} ${formatCount(days.reduce((sum, day) => sum + day[id], 0))}`,
  ).join(', ');
  const middle = days[Math.floor(days.length / 2)];
  return (
    <div>
      <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2">
        <div
          aria-hidden
          className="numeric flex h-44 flex-col justify-between text-right text-xs leading-none text-soft"
        >
          <span>{formatCount(top)}</span>
          {top > 1 && <span>{formatCount(top / 2)}</span>}
          <span>0</span>
        </div>
        <svg
          role="img"
          aria-label={`Chart of the last ${days.length} days: ${total}. The same can be shown as a table.`}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="h-44 w-full overflow-visible"
        >
          {[0, HEIGHT / 2, HEIGHT].map((y) => (
            <line
              key={y}
              x1="0"
              x2={WIDTH}
              y1={y}
              y2={y}
              vectorEffect="non-scaling-stroke"
              className="stroke-line"
            />
          ))}
          {days.map((day, index) => (
            <Column key={day.day} day={day} index={index} slot={slot} top={top} />
          ))}
        </svg>
        <div aria-hidden className="col-start-2 mt-1.5 flex justify-between text-xs text-soft">
          {[days[0], middle, days.at(-1)].map(
            (day) => day && <span key={day.day}>{formatDay(day.day)}</span>,
          )}
        </div>
      </div>
    </div>
  );
};
