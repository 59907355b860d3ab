import { useQuery } from '@tanstack/react-query';
import { formatCount } from '../../../format/format.ts';
import { ErrorNotice } from '../../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../../ui/states/skeleton.tsx';
import { Card, Fact, Facts } from '../card.tsx';
import { accessibilityQuery, useIntegrationId } from '../queries.ts';

const SHOWN_FOLDERS = 10;
const score = (value: number | null): string => (value === null ? 'None yet' : `${value} of 100`);

/** How accessible the documents of the bucket were and are, of all and by folder. */
export const AccessibilityCard = () => {
  const { data, error, refetch, isFetching } = useQuery(accessibilityQuery(useIntegrationId()));
  return (
    <Card title="Accessibility of the documents">
      {data !== undefined ? (
        <>
          <Facts>
            <Fact name="Documents checked">{formatCount(data.totals.documents)}</Fact>
            <Fact name="Mean score before">{score(data.totals.scoreBefore)}</Fact>
            <Fact name="Mean score now">{score(data.totals.scoreAfter)}</Fact>
            <Fact name="No check fails">{formatCount(data.totals.passing)}</Fact>
          </Facts>
          {data.folders.length > 0 && (
            <ul aria-label="By folder" className="mt-4 divide-y divide-line border-t border-line text-sm">
              {data.folders.slice(0, SHOWN_FOLDERS).map(({ folder, documents, scoreBefore, scoreAfter }) => (
                <li key={folder} className="flex flex-wrap justify-between gap-x-4 py-2">
                  <span className="breakable min-w-0">{folder === '' ? 'Top of the bucket' : folder}</span>
                  <span className="numeric text-soft">
                    {formatCount(documents)} checked: {scoreBefore} before, {scoreAfter} now
                  </span>
                </li>
              ))}
            </ul>
          )}
        </>
      ) : error === null ? (
        <Loading what="the scores">
          <Skeleton className="h-12 w-full" />
        </Loading>
      ) : (
        <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />
      )}
    </Card>
  );
};
