import { useQuery } from '@tanstack/react-query';
import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { mayEdit, useTenant } from '../../../app/tenants.ts';
import { formatBytes, formatCount } from '../../../format/format.ts';
import { Time } from '../../../format/time.tsx';
import { Button } from '../../../ui/actions/button.tsx';
import { Copyable } from '../../../ui/actions/copyable.tsx';
import { Badge } from '../../../ui/data/badge.tsx';
import { Drawer } from '../../../ui/overlays/dialog.tsx';
import { ErrorNotice, TroubleNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Fact } from '../card.tsx';
import { useIntegration } from '../queries.ts';
import { ENDED, STATES } from '../words.ts';
import { ObjectHistory } from './object-history.tsx';
import { type ObjectDetail, objectQuery } from './object-queries.ts';
import { ObjectReport } from './object-report.tsx';
import { ReplayDialog } from './replay-dialog.tsx';
import { Results } from './results.tsx';

const FOUND_BY = { poll: 'By listing', event: 'By an event', replay: 'By a replay' } as const;

const STEPS = {
  waiting: 'Waiting for its turn',
  recognising: 'Recognising text in pictures',
  reading: 'Reading',
  writing: 'Writing and checking',
} as const;

const Figures = (object: ObjectDetail) => (
  <dl className="grid grid-cols-2 gap-x-5 gap-y-3">
    <Fact name="Size">{formatBytes(object.sizeBytes)}</Fact>
    <Fact name="Pages">{object.pages === null ? 'Not known' : formatCount(object.pages)}</Fact>
    <Fact name="Found" note={FOUND_BY[object.foundBy]}>
      <Time at={object.foundAt} style="instant" />
    </Fact>
    <Fact name="Written back">
      {object.writtenBackAt === null ? 'No' : <Time at={object.writtenBackAt} style="instant" />}
    </Fact>
    {object.progress !== null && (
      <Fact name="Being processed" note={STEPS[object.progress.step]}>
        {object.progress.pages === 0
          ? 'Not begun'
          : `${formatCount(object.progress.pagesDone)} of ${formatCount(object.progress.pages)} pages`}
      </Fact>
    )}
    {object.attempts > 1 && <Fact name="Attempts">{formatCount(object.attempts)}</Fact>}
    {object.nextAttemptAt !== null && (
      <Fact name="Next attempt">
        <Time at={object.nextAttemptAt} style="instant" />
      </Fact>
    )}
  </dl>
);

const OtherVersions = ({
  versions,
  onOpen,
}: {
  versions: ObjectDetail['otherVersions'];
  onOpen: (id: string) => void;
}) => (
  <section className="grid gap-2">
    <h3 className="font-semibold">Other versions of it</h3>
    <ul className="divide-y divide-line rounded-md border border-line">
      {versions.map(({ id, state, foundAt, sizeBytes }) => (
        <li key={id} className="flex flex-wrap items-center justify-between gap-2 px-3 py-2">
          <span>
            <Time at={foundAt} style="instant" />, {formatBytes(sizeBytes)}
          </span>
          <span className="flex items-center gap-2">
            <Badge tone={STATES[state].tone}>{STATES[state].label}</Badge>
            <Button size="small" onClick={() => onOpen(id)}>
              Show
            </Button>
          </span>
        </li>
      ))}
    </ul>
  </section>
);

const Detail = ({
  object,
  onOpen,
}: {
  readonly object: ObjectDetail;
  readonly onOpen: (id: string) => void;
}) => (
  <div className="grid gap-5">
    <div className="flex flex-wrap items-center gap-2">
      <Badge tone={STATES[object.state].tone}>{STATES[object.state].label}</Badge>
      {!object.isCurrent && <span className="text-xs text-soft">A newer version has taken its place.</span>}
    </div>
    <Copyable text={object.key} what="Name" />
    {object.reason !== null && (
      <TroubleNotice
        trouble={object.reason}
        tone={object.state === 'failed' || object.state === 'dead' ? 'bad' : 'warn'}
      />
    )}
    <Figures {...object} />
    <Results object={object} />
    {object.report !== null && <ObjectReport report={object.report} />}
    <ObjectHistory history={object.history} />
    {object.otherVersions.length > 0 && <OtherVersions versions={object.otherVersions} onOpen={onOpen} />}
  </div>
);

interface ObjectDrawerProps {
  readonly objectId: string;
  readonly onOpen: (id: string) => void;
  readonly onClose: () => void;
}

/** One object: what became of it and why, its results, and everything that happened to it. */
export const ObjectDrawer = ({ objectId, onOpen, onClose }: ObjectDrawerProps) => {
  const tenant = useTenant();
  const { id } = useIntegration();
  const [isReplaying, setReplaying] = useState(false);
  const { data: object, error, refetch, isFetching } = useQuery(objectQuery(id, objectId));
  const mayReplay =
    object !== undefined &&
    object.isCurrent &&
    mayEdit(tenant) &&
    ENDED.some((state) => state === object.state);
  return (
    <Drawer
      title={object?.key.split('/').findLast((part) => part !== '') ?? 'Object'}
      onClose={onClose}
      actions={
        mayReplay && (
          <Button onClick={() => setReplaying(true)}>
            <RotateCcw aria-hidden size={16} />
            Process again
          </Button>
        )
      }
    >
      {object !== undefined ? (
        <Detail object={object} onOpen={onOpen} />
      ) : error === null ? (
        <Loading what="the object">
          <Skeleton className="h-7 w-32" />
          <Skeleton className="mt-4 h-48 w-full" />
        </Loading>
      ) : (
        <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
      )}
      {isReplaying && object !== undefined && (
        <ReplayDialog filter={{ objectId }} what={object.key} onClose={() => setReplaying(false)} />
      )}
    </Drawer>
  );
};
