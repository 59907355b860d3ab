import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Time } from '../../format/time.tsx';
import { Button } from '../../ui/actions/button.tsx';
import { Badge, type Tone } from '../../ui/data/badge.tsx';
import { Field } from '../../ui/forms/field.tsx';
import { Select } from '../../ui/forms/select.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { LEVELS, type Level, logsOf } from './queries.ts';

const TONES: Readonly<Record<Level, Tone>> = { debug: 'idle', info: 'info', warn: 'warn', error: 'bad' };
const LABELS: Readonly<Record<Level, string>> = {
  debug: 'Debug',
  info: 'Info',
  warn: 'Warning',
  error: 'Error',
};

/** The log of an integration, newest first, with everything its lines hold. */
export const LogLines = ({ integrationId }: { readonly integrationId: string }) => {
  const [level, setLevel] = useState<Level | null>(null);
  const log = useInfiniteQuery(logsOf(integrationId, level));
  const lines = log.data?.pages.flatMap(({ items }) => items);
  return (
    <div className="grid gap-4">
      <div className="max-w-60">
        <Field label="Level">
          {(control) => (
            <Select
              {...control}
              required={false}
              value={level ?? ''}
              onChange={({ target }) => setLevel(LEVELS.find((one) => one === target.value) ?? null)}
            >
              <option value="">All</option>
              {LEVELS.map((one) => (
                <option key={one} value={one}>
                  {LABELS[one]}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {log.error !== null && (
        <ErrorNotice error={log.error} onRetry={() => void log.refetch()} isBusy={log.isFetching} />
      )}
      {lines === undefined ? (
        log.error === null && (
          <Loading what="the log">
            <Skeleton className="h-40 w-full" />
          </Loading>
        )
      ) : lines.length === 0 ? (
        <p className="text-soft">No line of this level. Lines are kept for 30 days.</p>
      ) : (
        <ul
          aria-label="Log"
          className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card"
        >
          {lines.map(({ id, at, level: of, service, event, message, requestId, fields }) => (
            <li key={id} className="grid gap-1 px-4 py-3">
              <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-soft">
                <Badge tone={TONES[of]}>{LABELS[of]}</Badge>
                <Time at={at} style="instant" />
                <span className="breakable">
                  {service}: {event}
                </span>
              </p>
              <p className="breakable">{message}</p>
              {(requestId !== null || Object.keys(fields).length > 0) && (
                <details>
                  <summary className="w-fit rounded-sm text-xs font-semibold text-accent">
                    Everything it holds
                  </summary>
                  <code className="breakable mt-1 block text-xs whitespace-pre-wrap">
                    {JSON.stringify({ requestId, ...fields }, null, 2)}
                  </code>
                </details>
              )}
            </li>
          ))}
        </ul>
      )}
      {log.hasNextPage && (
        <div className="text-center">
          <Button onClick={() => void log.fetchNextPage()} isBusy={log.isFetchingNextPage}>
            Show earlier lines
          </Button>
        </div>
      )}
    </div>
  );
};
