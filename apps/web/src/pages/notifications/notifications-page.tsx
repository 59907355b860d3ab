import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { BellRing, Plus } from 'lucide-react';
import { useState } from 'react';
import { api, once, unwrap } from '../../app/api.ts';
import { PageHeader } from '../../app/shell/page-header.tsx';
import { mayEdit, useTenant } from '../../app/tenants.ts';
import { Button } from '../../ui/actions/button.tsx';
import { SecretDialog } from '../../ui/overlays/secret-dialog.tsx';
import { Empty } from '../../ui/states/empty.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { TargetForm } from './target-form.tsx';
import { TargetItem } from './target-item.tsx';
import { targetsQuery } from './targets.ts';

/** Servers of the tenant that are told of events, signed. */
const NotificationsPage = () => {
  const tenant = useTenant();
  const client = useQueryClient();
  const list = useInfiniteQuery(targetsQuery(tenant.id));
  const targets = list.data?.pages.flatMap(({ items }) => items);
  const [isAdding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const isEditor = mayEdit(tenant);
  const addButton = isEditor && !isAdding && (
    <Button variant="primary" onClick={() => setAdding(true)}>
      <Plus aria-hidden size={18} />
      Add a server
    </Button>
  );
  return (
    <>
      <PageHeader title="Notifications" action={targets !== undefined && targets.length > 0 && addButton}>
        Servers of yours that are told what became of documents and buckets. Each integration says in its
        settings whom it tells.
      </PageHeader>
      {list.error !== null && (
        <div className="mb-5">
          <ErrorNotice error={list.error} onRetry={() => void list.refetch()} isBusy={list.isFetching} />
        </div>
      )}
      {isAdding && (
        <section
          aria-label="A new server"
          className="mb-5 rounded-lg border border-line bg-surface p-4 shadow-card sm:p-5"
        >
          <TargetForm
            submitLabel="Add it"
            send={async (fields) => {
              const { signingSecret } = await unwrap(
                api.POST('/api/notification-targets', { body: { tenantId: tenant.id, ...fields }, ...once }),
              );
              setSecret(signingSecret);
              setAdding(false);
              await client.invalidateQueries({ queryKey: ['notification-targets', tenant.id] });
            }}
            onCancel={() => setAdding(false)}
          />
        </section>
      )}
      {targets === undefined ? (
        list.error === null && (
          <Loading what="the servers">
            <Skeleton className="h-44 w-full" />
          </Loading>
        )
      ) : targets.length > 0 ? (
        <ul
          aria-label="Servers"
          className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card"
        >
          {targets.map((target) => (
            <TargetItem key={target.id} target={target} mayEdit={isEditor} />
          ))}
        </ul>
      ) : (
        !isAdding && (
          <Empty icon={BellRing} title="Nobody is told yet" action={addButton}>
            Add a server that takes webhooks. Every event is signed, and tried again until it is taken.
          </Empty>
        )
      )}
      {list.hasNextPage && (
        <div className="mt-4 text-center">
          <Button onClick={() => void list.fetchNextPage()} isBusy={list.isFetchingNextPage}>
            Show more
          </Button>
        </div>
      )}
      {secret !== null && (
        <SecretDialog
          what="Signing secret"
          secret={secret}
          advice="Enter it at your server, which checks every event with it."
          onClose={() => setSecret(null)}
        />
      )}
    </>
  );
};

export default NotificationsPage;
