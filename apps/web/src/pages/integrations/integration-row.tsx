import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import { paths } from '../../app/paths.ts';
import { formatCount } from '../../format/format.ts';
import { Time } from '../../format/time.tsx';
import { Badge, toneText } from '../../ui/data/badge.tsx';
import { moveOf } from '../../ui/states/error-notice.tsx';
import { Prose } from '../../ui/states/prose.tsx';
import { Skeleton } from '../../ui/states/skeleton.tsx';
import { type Integration, PROVIDER_NAMES, standingOf } from './integration.ts';

const Folders = ({ bucket, inputPrefix, outputPrefix }: Integration) => (
  <p className="breakable text-xs leading-6 text-soft">
    <code>
      {bucket}/{inputPrefix}
    </code>
    <ArrowRight aria-label="to" role="img" size={14} className="mx-1.5 inline align-[-2px]" />
    <code>{outputPrefix}</code>
  </p>
);

const LastLook = ({ polling }: Integration) => {
  const at = polling?.lastCompletedAt ?? null;
  const objects = polling?.lastListedObjects ?? null;
  if (at === null) return <p className="text-soft">Not looked at yet</p>;
  return (
    <>
      <p>{objects === null ? 'Listed' : `${formatCount(objects)} ${objects === 1 ? 'object' : 'objects'}`}</p>
      <p className="text-xs text-soft">
        listed <Time at={at} />
      </p>
    </>
  );
};

/** One integration in the list: what it is, how it stands, and whose move it is. */
export const IntegrationRow = ({ integration }: { readonly integration: Integration }) => {
  const { id, tenantId, name, provider, status } = integration;
  const { tone, label, note, trouble } = standingOf(integration);
  return (
    <li className="relative grid gap-x-6 gap-y-2 px-5 py-4 hover:bg-hover sm:grid-cols-[minmax(0,1fr)_9.5rem_8.5rem]">
      <div className="min-w-0">
        <h2 className="breakable font-semibold">
          <Link
            to={status === 'draft' ? paths.draft(tenantId, id) : paths.integration(tenantId, id)}
            className="after:absolute after:inset-0 hover:underline focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          >
            {name}
          </Link>
          <span className="ml-2 text-xs font-normal text-soft">{PROVIDER_NAMES[provider]}</span>
        </h2>
        <Folders {...integration} />
      </div>
      <div>
        <Badge tone={tone}>{label}</Badge>
      </div>
      <div className="numeric text-sm sm:text-right">
        <LastLook {...integration} />
      </div>
      {(note !== null || trouble !== null) && (
        <p className="breakable text-xs sm:col-span-3">
          {trouble === null ? (
            <span className="text-soft">{note}</span>
          ) : (
            <>
              <strong className={`font-semibold ${toneText[tone]}`}>
                {trouble.title.replace(/\.$/, '')}.
              </strong>{' '}
              {trouble.detail != null && `${trouble.detail} `}
              {moveOf(trouble.owner)}: <Prose text={trouble.remedy} />
            </>
          )}
        </p>
      )}
    </li>
  );
};

/** Of the row's own height. */
export const IntegrationRowSkeleton = () => (
  <li className="grid gap-x-6 gap-y-2 px-5 py-4 sm:grid-cols-[minmax(0,1fr)_9.5rem_8.5rem]">
    <div>
      <Skeleton className="my-1 h-4 w-44" />
      <Skeleton className="mt-2.5 h-3.5 w-64 max-w-full" />
    </div>
    <Skeleton className="h-6 w-24" />
    <Skeleton className="h-10 w-full sm:ml-auto sm:w-24" />
  </li>
);
