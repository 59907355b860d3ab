import { ArrowRight } from 'lucide-react';
import { Time } from '../../format/time.tsx';
import { Skeleton } from '../../ui/states/skeleton.tsx';
import { type AuditEvent, type Change, changesOf, fieldLabel, wordsOf } from './event-words.ts';

/** Longer lists of what changed are folded. */
const SHOWN_CHANGES = 3;

const Value = ({ value }: { readonly value: unknown }) => {
  if (value === null || value === undefined || value === '')
    return <span className="text-soft">nothing</span>;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value)) {
    return <Time at={value} style="instant" />;
  }
  if (typeof value === 'object' && !Array.isArray(value)) {
    return Object.entries(value).map(([name, part]) => (
      <span key={name} className="block">
        <span className="text-soft">{fieldLabel(name)}: </span>
        <Value value={part} />
      </span>
    ));
  }
  if (Array.isArray(value)) return <code className="breakable">{value.map(String).join(', ')}</code>;
  return <code className="breakable">{typeof value === 'string' ? value : JSON.stringify(value)}</code>;
};

const Changes = ({
  changes,
  isUpdate,
}: {
  readonly changes: readonly Change[];
  readonly isUpdate: boolean;
}) => (
  <dl className="grid gap-x-4 gap-y-1 text-xs sm:grid-cols-[10rem_minmax(0,1fr)]">
    {changes.map(({ field, before, after }) => (
      <div key={field} className="contents">
        <dt className="text-soft">{fieldLabel(field)}</dt>
        <dd className="min-w-0">
          {isUpdate ? (
            <>
              <Value value={before} />
              <ArrowRight aria-label="became" role="img" size={14} className="mx-1.5 inline align-[-2px]" />
              <Value value={after} />
            </>
          ) : (
            <Value value={after ?? before} />
          )}
        </dd>
      </div>
    ))}
  </dl>
);

interface AuditEventItemProps {
  readonly event: AuditEvent;
  readonly nameOf: (id: string) => string | null;
  /** Who did it, in words. */
  readonly actor: string;
  /** The reader did it. */
  readonly isOwn: boolean;
  readonly onlyActor?: (() => void) | undefined;
  readonly onlyRecord?: (() => void) | undefined;
}

const linkClass = 'rounded-sm text-soft underline hover:text-ink';

/** One event: who, what, when, and what it was before. */
export const AuditEventItem = ({
  event,
  nameOf,
  actor,
  isOwn,
  onlyActor,
  onlyRecord,
}: AuditEventItemProps) => {
  const { verb, noun, name } = wordsOf(event, nameOf);
  const changes = changesOf(event);
  const isUpdate = event.action === 'update';
  const isShort = changes.length <= SHOWN_CHANGES;
  return (
    <li className="grid gap-2 px-5 py-4 hover:bg-hover">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <h2 className="breakable min-w-0 font-normal">
          <strong className="font-semibold">
            {verb} {noun}
          </strong>
          {name !== null && <> {name}</>}
        </h2>
        <p className="text-xs text-soft">
          <Time at={event.at} style="instant" />
        </p>
      </div>
      {changes.length > 0 &&
        (isShort ? (
          <Changes changes={changes} isUpdate={isUpdate} />
        ) : (
          <details>
            <summary className="w-fit rounded-sm text-xs font-semibold text-accent">
              {changes.length} {isUpdate ? 'fields changed' : 'fields'}
            </summary>
            <div className="mt-2">
              <Changes changes={changes} isUpdate={isUpdate} />
            </div>
          </details>
        ))}
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-soft">
        <span>
          by <span className="text-ink">{actor}</span>
        </span>
        {onlyActor !== undefined && (
          <button type="button" className={linkClass} onClick={onlyActor}>
            {isOwn ? 'Only mine' : 'Only by them'}
          </button>
        )}
        {onlyRecord !== undefined && (
          <button type="button" className={linkClass} onClick={onlyRecord}>
            Only this {noun}
          </button>
        )}
      </p>
    </li>
  );
};

/** Of the item's own height. */
export const AuditEventSkeleton = () => (
  <li className="grid gap-2 px-5 py-4">
    <Skeleton className="my-0.5 h-5 w-64 max-w-full" />
    <Skeleton className="h-4 w-80 max-w-full" />
    <Skeleton className="h-4 w-40" />
  </li>
);
