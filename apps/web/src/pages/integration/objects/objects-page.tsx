import { useInfiniteQuery } from '@tanstack/react-query';
import { FileSearch, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { mayEdit, useTenant } from '../../../app/tenants.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { Empty } from '../../../ui/states/empty.tsx';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { useIntegration } from '../queries.ts';
import { reasonWords, STATES } from '../words.ts';
import { FilterBar } from './filter-bar.tsx';
import { type Filters, replayFilterOf, useFilters } from './filters.ts';
import { ObjectDrawer } from './object-drawer.tsx';
import { objectsQuery } from './object-queries.ts';
import { ObjectTable } from './object-table.tsx';
import { ReplayDialog } from './replay-dialog.tsx';
import { Replays } from './replays.tsx';

/** What a replay of these filters chooses, in words. */
const wordsOf = ({ state, reason, prefix, from, to }: Filters): string => {
  const parts = [
    state !== ''
      ? `State: ${STATES[state].label}`
      : reason === ''
        ? 'Everything that failed or was given up'
        : '',
    reason === '' ? '' : `Reason: ${reasonWords(reason)}`,
    prefix === '' ? '' : `Name begins with ${prefix}`,
    from === '' ? '' : `Found from ${from}`,
    to === '' ? '' : `Found to ${to}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
};

const Nothing = ({ isFiltered }: { readonly isFiltered: boolean }) =>
  isFiltered ? (
    <Empty icon={FileSearch} title="Nothing fits">
      No object fits what you look for. Clear the filters to see all.
    </Empty>
  ) : (
    <Empty icon={FileSearch} title="Nothing was found yet">
      Put a PDF into the folder that is watched. It shows here within minutes.
    </Empty>
  );

const List = ({ filters, onOpen }: { readonly filters: Filters; readonly onOpen: (id: string) => void }) => {
  const { id, inputPrefix } = useIntegration();
  const list = useInfiniteQuery(objectsQuery(id, filters));
  const objects = list.data?.pages.flatMap(({ items }) => items);
  const more = list.hasNextPage && (
    <div className="text-center">
      <Button onClick={() => void list.fetchNextPage()} isBusy={list.isFetchingNextPage}>
        {objects?.length === 0 ? 'Look further' : 'Show more'}
      </Button>
    </div>
  );
  return (
    <>
      {list.error !== null && (
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} isBusy={list.isFetching} />
      )}
      {objects === undefined ? (
        list.error === null && (
          <Loading what="the objects">
            <Skeleton className="h-96 w-full" />
          </Loading>
        )
      ) : objects.length > 0 ? (
        <ObjectTable objects={objects} inputPrefix={inputPrefix} onOpen={onOpen} />
      ) : (
        !list.hasNextPage && <Nothing isFiltered={Object.values(filters).some((value) => value !== '')} />
      )}
      {more}
    </>
  );
};

/** Every object ever found, with its state and its reason; and processing again what is chosen. */
const ObjectsPage = () => {
  const tenant = useTenant();
  const { filters, opened, show, open } = useFilters();
  const [isReplaying, setReplaying] = useState(false);
  const replay = mayEdit(tenant) ? replayFilterOf(filters) : null;
  return (
    <div className="grid gap-5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-lg font-semibold">Objects</h2>
        {replay !== null && (
          <Button onClick={() => setReplaying(true)}>
            <RotateCcw aria-hidden size={16} />
            Process again …
          </Button>
        )}
      </div>
      <Replays mayCancel={mayEdit(tenant)} />
      <FilterBar key={JSON.stringify(filters)} filters={filters} onShow={show} />
      <List filters={filters} onOpen={open} />
      {opened !== null && <ObjectDrawer objectId={opened} onOpen={open} onClose={() => open(null)} />}
      {isReplaying && replay !== null && (
        <ReplayDialog filter={replay} what={wordsOf(filters)} onClose={() => setReplaying(false)} />
      )}
    </div>
  );
};

export default ObjectsPage;
