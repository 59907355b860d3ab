import { CircleAlert, CircleCheck, CircleDashed, CircleX, LoaderCircle, type LucideIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { cx } from '../../ui/class-names.ts';
import { type Tone, toneText } from '../../ui/data/badge.tsx';
import { CodeBlock } from '../../ui/data/code-block.tsx';
import { announce } from '../../ui/overlays/toast.tsx';
import { moveOf } from '../../ui/states/error-notice.tsx';
import { Prose } from '../../ui/states/prose.tsx';
import type { ConnectionTest } from './draft.ts';

type CheckResult = ConnectionTest['checks'][number];

const NAMES: Readonly<Record<CheckResult['name'], string>> = {
  endpoint: 'The address answers',
  credentials: 'We are let in',
  external_id: 'Others are not let in by your role',
  region: 'The region is right',
  addressing: 'The bucket is addressed rightly',
  bucket: 'The bucket is there',
  list: 'The folder can be listed',
  read: 'Documents can be read',
  write: 'Results can be written',
  read_back: 'Results can be read back',
  delete: "The test's own files can be deleted",
  encryption: 'Encryption lets us through',
  versioning: 'Versioning',
  clock: 'Clocks agree',
  over_grants: 'Nothing more is allowed than needed',
};

const SIGNS: Readonly<Record<CheckResult['outcome'], { icon: LucideIcon; tone: Tone; words: string }>> = {
  passed: { icon: CircleCheck, tone: 'good', words: 'passed' },
  warning: { icon: CircleAlert, tone: 'warn', words: 'passed, with a warning' },
  failed: { icon: CircleX, tone: 'bad', words: 'failed' },
  skipped: { icon: CircleDashed, tone: 'idle', words: 'not told' },
};

/** Between two results, so that each is seen to come. */
const REVEAL_MS = 110;

/** How many results are shown: one after the other where motion is welcome, all at once where it is not. */
const useRevealed = (total: number, testedAt: string): number => {
  const [seen, setSeen] = useState({ testedAt: '', count: 0 });
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const count = seen.testedAt === testedAt ? seen.count : 0;
  useEffect(() => {
    if (isStill || count >= total) return;
    const timer = setTimeout(() => setSeen({ testedAt, count: count + 1 }), REVEAL_MS);
    return () => clearTimeout(timer);
  }, [isStill, count, total, testedAt]);
  return isStill ? total : count;
};

const Statement = ({ statement }: { readonly statement: unknown }) => (
  <div className="mt-2">
    <CodeBlock title="Statement" code={JSON.stringify(statement, null, 2)} />
  </div>
);

const Remedy = ({ outcome, owner, remedy, providerCode, statement }: CheckResult) => (
  <>
    {remedy !== null && (
      <p className="breakable mt-1">
        {owner !== null && <strong className="font-semibold">{moveOf(owner)}: </strong>}
        <Prose text={remedy} />
        {providerCode !== null && (
          <span className="text-soft">
            {' '}
            (Your provider says <code>{providerCode}</code>.)
          </span>
        )}
      </p>
    )}
    {statement !== null &&
      (outcome === 'failed' ? (
        <Statement statement={statement} />
      ) : (
        <details className="mt-1">
          <summary>The policy that is enough</summary>
          <Statement statement={statement} />
        </details>
      ))}
  </>
);

const Row = (check: CheckResult) => {
  const { icon: Icon, tone, words } = SIGNS[check.outcome];
  const isLoud = check.outcome === 'failed' || check.outcome === 'warning';
  return (
    <li className="flex animate-[fade-in_200ms_ease-out] gap-3 px-4 py-2.5">
      <Icon aria-hidden size={20} className={cx('mt-0.5 shrink-0', toneText[tone])} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap justify-between gap-x-4">
          <span className={cx(isLoud && 'font-semibold')}>
            {NAMES[check.name]}
            <span className="sr-only">: {words}</span>
          </span>
          <span className="numeric text-xs text-soft">{check.durationMs} ms</span>
        </p>
        {check.outcome !== 'passed' && <p className="breakable text-soft">{check.message}</p>}
        {isLoud && <Remedy {...check} />}
      </div>
    </li>
  );
};

const Waiting = ({ name }: { readonly name: string }) => (
  <li className="flex gap-3 px-4 py-2.5 text-soft">
    <LoaderCircle aria-hidden size={20} className="mt-0.5 shrink-0 animate-spin" />
    {name} …
  </li>
);

interface CheckListProps {
  /** Null while it is being made. */
  readonly test: ConnectionTest | null;
}

/** What the connection test found, check by check. */
export const CheckList = ({ test }: CheckListProps) => {
  const total = test?.checks.length ?? 0;
  const shown = useRevealed(total, test?.testedAt ?? '');
  useEffect(() => {
    if (test === null) return announce('Testing the connection.');
    const failed = test.checks.filter(({ outcome }) => outcome === 'failed').length;
    announce(
      failed === 0 ? 'The connection test passed.' : `The connection test found ${failed} things to mend.`,
    );
  }, [test]);
  return (
    <ol
      aria-label="Checks"
      aria-busy={test === null || shown < total}
      className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card"
    >
      {test?.checks.slice(0, shown).map((check) => (
        <Row key={check.name} {...check} />
      ))}
      {test === null && <Waiting name="Trying everything the work will need, on your bucket" />}
    </ol>
  );
};
