import { Check } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { cx } from '../../ui/class-names.ts';

interface StepProps {
  readonly number: number;
  readonly title: string;
  readonly state: 'ahead' | 'now' | 'done';
  /** What came of it. */
  readonly summary?: ReactNode;
  readonly children?: ReactNode;
}

const STATES = { ahead: 'not yet', now: 'now', done: 'done' } as const;

/** One step of a way that is shown whole: what is done is summed up, what is ahead is named. */
export const Step = ({ number, title, state, summary, children }: StepProps) => {
  const heading = useRef<HTMLHeadingElement>(null);
  const wasAhead = useRef(state === 'ahead');
  useEffect(() => {
    // Whoever came here by keyboard goes on from here.
    if (state === 'now' && wasAhead.current) heading.current?.focus();
    wasAhead.current = state === 'ahead';
  }, [state]);
  return (
    <li className="group grid grid-cols-[2.25rem_minmax(0,1fr)] gap-x-3 sm:gap-x-4">
      <div className="flex flex-col items-center" aria-hidden>
        <span
          className={cx(
            'grid size-8 place-items-center rounded-full text-sm font-bold',
            state === 'done' && 'bg-good-soft text-good',
            state === 'now' && 'bg-accent text-on-accent',
            state === 'ahead' && 'border border-control text-soft',
          )}
        >
          {state === 'done' ? <Check size={17} strokeWidth={2.5} /> : number}
        </span>
        <span className="w-px flex-1 bg-line group-last:hidden" />
      </div>
      <section className="min-w-0 pb-8">
        <h2
          ref={heading}
          tabIndex={-1}
          className={cx('pt-0.5 text-lg font-semibold outline-none', state === 'ahead' && 'text-soft')}
        >
          {title}
          <span className="sr-only"> ({STATES[state]})</span>
        </h2>
        {summary !== undefined && <div className="mt-0.5 text-soft">{summary}</div>}
        {state !== 'ahead' && children !== undefined && <div className="mt-3">{children}</div>}
      </section>
    </li>
  );
};
