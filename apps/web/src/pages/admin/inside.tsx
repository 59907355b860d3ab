import { useQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../../app/api.ts';
import { formatCount } from '../../format/format.ts';
import { Empty } from '../../ui/states/empty.tsx';
import { ErrorNotice, moveOf, TroubleNotice } from '../../ui/states/error-notice.tsx';
import { Prose } from '../../ui/states/prose.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { OpenAccess } from './open-access.tsx';
import { deadObjects, eventHealth, openedIntegration, type SupportIntegration } from './queries.ts';

const Section = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section className="grid gap-3">
    <h2 className="text-lg font-semibold">{title}</h2>
    {children}
  </section>
);

const listClass = 'divide-y divide-line rounded-lg border border-line bg-surface shadow-card';

const RefusedEvents = ({ id }: { readonly id: string }) => {
  const { data, error, refetch, isFetching } = useQuery(eventHealth(id));
  if (error !== null) {
    return <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />;
  }
  if (data === undefined) return <Skeleton className="h-16 w-full" />;
  if (data.refused.length === 0) return <p className="text-soft">None was refused in seven days.</p>;
  return (
    <ul aria-label="Refused events" className={listClass}>
      {data.refused.map(({ code, events, title, owner, remedy }) => (
        <li key={code} className="px-4 py-3">
          <p className="font-semibold">
            {formatCount(events)} × {title}
          </p>
          <p className="breakable">
            {moveOf(owner)}: <Prose text={remedy} />
          </p>
        </li>
      ))}
    </ul>
  );
};

const DeadObjects = ({ id }: { readonly id: string }) => {
  const { data, error, refetch, isFetching } = useQuery(deadObjects(id));
  if (error !== null) {
    return <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />;
  }
  if (data === undefined) return <Skeleton className="h-16 w-full" />;
  if (data.items.length === 0) return <p className="text-soft">None.</p>;
  return (
    <>
      <ul aria-label="Dead objects" className={listClass}>
        {data.items.map(({ id: objectId, key, attempts, reason }) => (
          <li key={objectId} className="px-4 py-3">
            <p>
              <code className="breakable">{key}</code>
            </p>
            <p className="breakable text-xs text-soft">
              {reason === null
                ? `Given up after ${formatCount(attempts)} attempts.`
                : `${reason.title.replace(/\.$/, '')}. ${moveOf(reason.owner)}: ${reason.remedy}`}
            </p>
          </li>
        ))}
      </ul>
      {data.nextCursor !== null && <p className="text-xs text-soft">The newest twenty. There are more.</p>}
      <p className="text-soft">
        You cannot replay them: support changes nothing. An owner or admin of the tenant can, and a passed
        connection test of theirs takes them up again too.
      </p>
    </>
  );
};

const Ledger = ({
  found,
  writtenBack,
  pending,
  skipped,
  failed,
}: {
  readonly found: number;
  readonly writtenBack: number;
  readonly pending: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
}) => {
  const sum = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((total, n) => total + n, 0);
  const figures = [
    ['Found', found],
    ['Written back', writtenBack],
    ['On their way', pending],
    ['Skipped', sum(skipped)],
    ['Failed', sum(failed)],
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-5">
      {figures.map(([label, value]) => (
        <div key={label} className="rounded-lg border border-line bg-surface px-4 py-3 shadow-card">
          <dt className="text-xs text-soft">{label}</dt>
          <dd className="numeric text-lg font-semibold">{formatCount(value)}</dd>
        </div>
      ))}
    </dl>
  );
};

/** What support sees of an integration once its tenant is open, and the way to open it. */
export const Inside = ({
  integration: { tenantId, tenantName, integrationId: id },
}: {
  readonly integration: SupportIntegration;
}) => {
  const { data, error, refetch, isFetching } = useQuery(openedIntegration(id));
  const isClosed = error instanceof ApiError && error.problem.code === 'not_found';
  if (isClosed) {
    return (
      <Empty
        icon={Lock}
        title="This tenant is closed to you"
        action={<OpenAccess tenantId={tenantId} tenantName={tenantName} />}
      >
        Open it to see its errors in words, its objects and its events. The tenant finds your reason in their
        audit.
      </Empty>
    );
  }
  if (error !== null) {
    return <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />;
  }
  if (data === undefined) {
    return (
      <Loading what="what its tenant sees">
        <Skeleton className="h-48 w-full" />
      </Loading>
    );
  }
  const lastError = data.polling?.lastError ?? null;
  return (
    <div className="grid gap-8">
      <Section title="Last error">
        {lastError === null ? (
          <p className="text-soft">The last listing succeeded, or there was none yet.</p>
        ) : (
          <TroubleNotice trouble={lastError} />
        )}
      </Section>
      <Section title="Objects">
        <Ledger {...data.ledger} />
      </Section>
      <Section title="Dead objects">
        <DeadObjects id={id} />
      </Section>
      <Section title="Refused events">
        <RefusedEvents id={id} />
      </Section>
    </div>
  );
};
