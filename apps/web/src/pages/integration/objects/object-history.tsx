import { Time } from '../../../format/time.tsx';
import { cx } from '../../../ui/class-names.ts';
import { toneText } from '../../../ui/data/badge.tsx';
import { reasonWords, STATES } from '../words.ts';
import type { ObjectDetail } from './object-queries.ts';

/** Everything that happened to an object, in the order it happened. */
export const ObjectHistory = ({ history }: Pick<ObjectDetail, 'history'>) => (
  <section className="grid gap-2">
    <h3 className="font-semibold">History</h3>
    {history.length === 0 ? (
      <p className="text-soft">Nothing is recorded.</p>
    ) : (
      <ol className="ml-1.5 border-l border-line">
        {history.map(({ revision, at, state, reason, attempt, by }) => (
          <li key={revision} className="relative pb-3 pl-5 last:pb-0">
            <span
              aria-hidden
              className={cx(
                'absolute top-1.5 -left-[0.3125rem] size-2.5 rounded-full bg-current',
                toneText[STATES[state].tone],
              )}
            />
            <p>
              <span className="font-semibold">{STATES[state].label}</span>
              {reason !== null && `: ${reasonWords(reason)}`}
            </p>
            <p className="text-xs text-soft">
              <Time at={at} style="instant" />
              {attempt > 1 && ` · attempt ${attempt}`}
              {by.kind === 'user' && ' · by a person'}
            </p>
          </li>
        ))}
      </ol>
    )}
  </section>
);
