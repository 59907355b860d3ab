import { CircleCheck, CircleDashed, CircleX, LoaderCircle, type LucideIcon } from 'lucide-react';
import { cx } from '../../../ui/class-names.ts';
import { type Tone, toneText } from '../../../ui/data/badge.tsx';
import { Prose } from '../../../ui/states/prose.tsx';

export type Outcome = 'passed' | 'failed' | 'waiting' | 'skipped';

export interface StepShown {
  readonly id: string;
  readonly name: string;
  readonly outcome: Outcome;
  /** What happened. */
  readonly text: string;
  /** What to do, where it failed. */
  readonly remedy?: string | null;
}

const SIGNS: Readonly<Record<Outcome, { icon: LucideIcon; tone: Tone; words: string }>> = {
  passed: { icon: CircleCheck, tone: 'good', words: 'done' },
  failed: { icon: CircleX, tone: 'bad', words: 'failed' },
  waiting: { icon: LoaderCircle, tone: 'info', words: 'waiting' },
  skipped: { icon: CircleDashed, tone: 'idle', words: 'left out' },
};

interface StepsProps {
  /** What they are steps of, for those who do not see it. */
  readonly label: string;
  readonly steps: readonly StepShown[];
}

/** What happened one after the other: done, failed, waited for. */
export const Steps = ({ label, steps }: StepsProps) => (
  <ol aria-label={label} className="divide-y divide-line rounded-lg border border-line">
    {steps.map(({ id, name, outcome, text, remedy }) => {
      const { icon: Icon, tone, words } = SIGNS[outcome];
      return (
        <li key={id} className="flex gap-3 px-4 py-3">
          <Icon
            aria-hidden
            size={20}
            className={cx('mt-0.5 shrink-0', toneText[tone], outcome === 'waiting' && 'animate-spin')}
          />
          <div className="grid min-w-0 flex-1 gap-0.5">
            <p className={cx(outcome === 'failed' && 'font-semibold')}>
              {name}
              <span className="sr-only">: {words}</span>
            </p>
            <p className={cx('breakable text-xs', outcome === 'failed' ? 'text-ink' : 'text-soft')}>
              <Prose text={text} />
            </p>
            {remedy != null && (
              <p className="breakable">
                <strong className="font-semibold">Your move: </strong>
                <Prose text={remedy} />
              </p>
            )}
          </div>
        </li>
      );
    })}
  </ol>
);
