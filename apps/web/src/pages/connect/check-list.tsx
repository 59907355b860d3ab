import {
  Circle,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleX,
  LoaderCircle,
  type LucideIcon,
} from 'lucide-react';
import { useEffect } from 'react';
import { cx } from '../../ui/class-names.ts';
import { type Tone, toneText } from '../../ui/data/badge.tsx';
import { CodeBlock } from '../../ui/data/code-block.tsx';
import { announce } from '../../ui/overlays/toast.tsx';
import { moveOf } from '../../ui/states/error-notice.tsx';
import { Prose } from '../../ui/states/prose.tsx';
import type { ConnectionTest } from './draft.ts';
import type { CheckResult, Progress } from './live-test.ts';

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
  conditions: 'Files of others are not replaced',
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
        <p className="flex justify-between gap-x-4">
          <span className={cx('min-w-0', isLoud && 'font-semibold')}>
            {NAMES[check.name]}
            <span className="sr-only">: {words}</span>
          </span>
          {/* What was told from the answer to another took no time of its own. */}
          {check.durationMs > 0 && (
            <span className="numeric shrink-0 text-xs text-soft">{check.durationMs} ms</span>
          )}
        </p>
        {check.outcome !== 'passed' && <p className="breakable text-soft">{check.message}</p>}
        {isLoud && <Remedy {...check} />}
      </div>
    </li>
  );
};

/** A check that has not ended: the first of them is being made. */
const Waiting = ({ name, isNow }: { readonly name: string; readonly isNow: boolean }) => (
  <li className="flex gap-3 px-4 py-2.5 text-soft">
    {isNow ? (
      <LoaderCircle aria-hidden size={20} className="mt-0.5 shrink-0 animate-spin" />
    ) : (
      <Circle aria-hidden size={20} className="mt-0.5 shrink-0 opacity-40" />
    )}
    <span>
      {name}
      {isNow && ' …'}
      <span className="sr-only">: {isNow ? 'being tried' : 'not tried yet'}</span>
    </span>
  </li>
);

const countOf = (progress: Progress): string =>
  `${progress.ended.size} of ${progress.names.length} checks have ended`;

/** Says what matters as it ends; the rest can be read. */
const useSaid = (test: ConnectionTest | null, { ended }: Progress) => {
  const failed = [...ended.values()].findLast(({ outcome }) => outcome === 'failed');
  const failedName = test === null ? failed?.name : undefined;
  useEffect(() => {
    if (failedName !== undefined) announce(`${NAMES[failedName]}: failed.`);
  }, [failedName]);
  useEffect(() => {
    if (test === null) return announce('Testing the connection.');
    const count = test.checks.filter(({ outcome }) => outcome === 'failed').length;
    announce(
      count === 0
        ? 'The connection test passed.'
        : `The connection test found ${count} ${count === 1 ? 'thing' : 'things'} to mend.`,
    );
  }, [test]);
};

interface CheckListProps {
  /** Null while it is being made. */
  readonly test: ConnectionTest | null;
  readonly progress: Progress;
}

/** What the connection test finds, check by check, each as it ends. */
export const CheckList = ({ test, progress }: CheckListProps) => {
  useSaid(test, progress);
  const { names, ended } = progress;
  // What an ended one stands on is under way with the next: that the address is right shows in what works there.
  const underWay = names.findLastIndex((name) => ended.has(name)) + 1;
  return (
    <div className="grid grid-cols-1 gap-2">
      <ol
        aria-label="Checks"
        aria-busy={test === null}
        className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card"
      >
        {test !== null
          ? test.checks.map((check) => <Row key={check.name} {...check} />)
          : names.map((name, index) => {
              const check = ended.get(name);
              return check === undefined ? (
                <Waiting key={name} name={NAMES[name]} isNow={index <= underWay} />
              ) : (
                <Row key={name} {...check} />
              );
            })}
        {test === null && names.length === 0 && (
          <Waiting name="Trying everything the work will need, on your bucket" isNow />
        )}
      </ol>
      {test === null && names.length > 0 && (
        <progress
          aria-label="Checks that have ended"
          aria-valuetext={countOf(progress)}
          value={ended.size}
          max={names.length}
          className="h-1.5 w-full accent-accent"
        />
      )}
    </div>
  );
};
