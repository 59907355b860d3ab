import { formatCount } from '../../../format/format.ts';
import { Badge } from '../../../ui/data/badge.tsx';
import { Fact } from '../card.tsx';
import type { ObjectDetail } from './object-queries.ts';

type Report = NonNullable<ObjectDetail['report']>;
type Conformance = NonNullable<Report['conformance']>;

const failed = (failures: Conformance['after']['failures']): string =>
  failures.length === 1 ? '1 check fails' : `${formatCount(failures.length)} checks fail`;

const Checks = ({ before, after }: Conformance) => (
  <div className="grid gap-2">
    <dl className="grid grid-cols-2 gap-x-5 gap-y-3">
      <Fact name="Score before" note={failed(before.failures)}>
        {before.score} of 100
      </Fact>
      <Fact name="Score now" note={failed(after.failures)}>
        {after.score} of 100
      </Fact>
    </dl>
    {after.failures.length > 0 && (
      <details>
        <summary className="cursor-pointer text-sm">What still fails</summary>
        <ul className="mt-2 grid gap-1 pl-5 text-sm">
          {after.failures.map(({ rule, title, count }) => (
            <li key={rule} className="list-disc">
              Not so everywhere: {title}{' '}
              <span className="text-soft">
                ({rule}, {formatCount(count)}×)
              </span>
            </li>
          ))}
        </ul>
      </details>
    )}
  </div>
);

/** How accessible a document was and is, and what a person has to look at. */
export const ObjectReport = ({ report }: { readonly report: Report }) => (
  <section className="grid gap-3">
    <h3 className="font-semibold">Accessibility</h3>
    {report.conformance === null ? (
      <p className="text-sm text-soft">The processor made no checks.</p>
    ) : (
      <Checks {...report.conformance} />
    )}
    <dl className="grid grid-cols-2 gap-x-5 gap-y-3">
      <Fact name="Title">{report.title}</Fact>
      <Fact name="Language">{report.language}</Fact>
    </dl>
    {report.notices.length > 0 && (
      <ul className="divide-y divide-line rounded-md border border-line">
        {report.notices.map(({ code, title, remedy }) => (
          <li key={code} className="grid gap-1 px-3 py-2">
            <span className="flex flex-wrap items-center justify-between gap-2">
              {title}
              <Badge tone={remedy === null ? 'idle' : 'warn'}>
                {remedy === null ? 'Noted' : 'To look at'}
              </Badge>
            </span>
            {remedy !== null && <span className="text-sm text-soft">{remedy}</span>}
          </li>
        ))}
      </ul>
    )}
  </section>
);
