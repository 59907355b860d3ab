import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../../app/session.ts';
import { Button } from '../../ui/actions/button.tsx';
import { Empty } from '../../ui/states/empty.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading } from '../../ui/states/skeleton.tsx';
import { AuditEventItem, AuditEventSkeleton } from './audit-event-item.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { type AuditFilter, auditQuery, recordNamesQuery } from './audit-query.ts';
import { type AuditEvent, wordsOf } from './event-words.ts';

const listClass = 'divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface shadow-card';

interface AuditLogProps {
  readonly tenantId: string;
  readonly filter: AuditFilter;
  readonly onFilter: (filter: AuditFilter) => void;
}

/** What was changed in a tenant, with filters. */
export const AuditLog = ({ tenantId, filter, onFilter }: AuditLogProps) => {
  const session = useSession();
  const audit = useInfiniteQuery(auditQuery(tenantId, filter));
  const names = useQuery(recordNamesQuery(tenantId)).data;
  // What was pointed at is known in words even where nothing is found of it.
  const [record, setRecord] = useState<string | null>(null);
  const nameOf = (id: string): string | null => names?.get(id) ?? null;
  const personOf = (id: string): string => (id === session?.user.id ? 'you' : `user ${id.slice(0, 8)}`);
  const actorOf = ({ actorKind, actorId }: AuditEvent): string => {
    if (actorKind === 'engine' || actorId === null) return 'Sluice itself';
    return actorKind === 'support' ? 'Sluice support' : personOf(actorId);
  };
  const events = audit.data?.pages.flatMap(({ items }) => items);
  const onlyRecord = (event: AuditEvent) => () => {
    const { noun, name } = wordsOf(event, nameOf);
    setRecord(`Only ${noun} ${name ?? event.recordId.slice(0, 8)}`);
    onFilter({ ...filter, recordId: event.recordId });
  };
  return (
    <>
      <AuditFilters
        filter={filter}
        onChange={onFilter}
        actor={filter.actorId === undefined ? null : personOf(filter.actorId)}
        record={filter.recordId === undefined ? null : (record ?? 'Only one record')}
      />
      {audit.error !== null && (
        <div className="mb-5">
          <ErrorNotice error={audit.error} onRetry={() => void audit.refetch()} isBusy={audit.isFetching} />
        </div>
      )}
      {events === undefined ? (
        audit.error === null && (
          <Loading what="the audit">
            <ul className={listClass}>
              <AuditEventSkeleton />
              <AuditEventSkeleton />
              <AuditEventSkeleton />
            </ul>
          </Loading>
        )
      ) : events.length === 0 ? (
        <Empty icon={ScrollText} title="Nothing of this kind has happened">
          Choose another time, or show everything.
        </Empty>
      ) : (
        <>
          <ul aria-label="Events" className={listClass}>
            {events.map((event) => (
              <AuditEventItem
                key={event.id}
                event={event}
                nameOf={nameOf}
                actor={actorOf(event)}
                isOwn={event.actorId === session?.user.id}
                onlyActor={
                  event.actorId === null || filter.actorId === event.actorId
                    ? undefined
                    : () => onFilter({ ...filter, actorId: event.actorId ?? '' })
                }
                // What was looked at as a whole has no id to ask for.
                onlyRecord={
                  event.recordId.length < 36 || filter.recordId === event.recordId
                    ? undefined
                    : onlyRecord(event)
                }
              />
            ))}
          </ul>
          {audit.hasNextPage && (
            <div className="mt-4 text-center">
              <Button onClick={() => void audit.fetchNextPage()} isBusy={audit.isFetchingNextPage}>
                Show earlier events
              </Button>
            </div>
          )}
        </>
      )}
    </>
  );
};
