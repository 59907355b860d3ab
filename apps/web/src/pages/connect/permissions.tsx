import { useQuery } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import type { components } from '../../app/api.ts';
import { buttonClass } from '../../ui/actions/button.tsx';
import { Copyable } from '../../ui/actions/copyable.tsx';
import { CodeBlock } from '../../ui/data/code-block.tsx';
import { Tabs } from '../../ui/data/tabs.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { Loading, Skeleton } from '../../ui/states/skeleton.tsx';
import { setupQuery } from './draft.ts';

type Setup = components['schemas']['S3Setup'];
type Artefact = Setup['artefacts'][number];

const TABS: Readonly<Partial<Record<Artefact['name'], string>>> = {
  iam_policy: 'Policy',
  trust_policy: 'Trust policy',
  cloudformation_template: 'CloudFormation',
  terraform: 'Terraform',
  token_request: 'Token request',
  bucket_policy: 'Bucket policy',
  commands: 'Commands',
};

/** Short where that is clear, else in full. */
const tabOf = ({ name, title }: Artefact, all: readonly Artefact[]): string =>
  all.filter((other) => other.name === name).length > 1 ? title : (TABS[name] ?? title);

/** An address to follow is an https address, whoever says it. */
const isLink = ({ format, content }: Artefact): boolean => format === 'url' && content.startsWith('https://');

const Permissions = ({ permissions }: Pick<Setup, 'permissions'>) => (
  <ul className="grid grid-cols-1 gap-1.5">
    {permissions.map(({ action, on, why }) => (
      <li key={`${action} ${on}`} className="breakable">
        <code>{action}</code> on <code>{on}</code>
        <span className="block text-xs text-soft">{why}</span>
      </li>
    ))}
  </ul>
);

/** What to allow at the provider, and no more: in words, and to copy. */
export const PermissionsPanel = ({ integrationId }: { readonly integrationId: string }) => {
  const { data: setup, error, refetch, isFetching } = useQuery(setupQuery(integrationId));
  if (error !== null) {
    return <ErrorNotice error={error} onRetry={() => void refetch()} isBusy={isFetching} />;
  }
  if (setup === undefined) {
    return (
      <Loading what="the permissions">
        <Skeleton className="h-72 w-full" />
      </Loading>
    );
  }
  const links = setup.artefacts.filter(isLink);
  const texts = setup.artefacts.filter(({ format }) => format !== 'url');
  return (
    <div className="grid grid-cols-1 gap-4">
      {links.map(({ name, title, content }) => (
        <p key={name}>
          <a href={content} target="_blank" rel="noreferrer" className={buttonClass('primary')}>
            {title}
            <ExternalLink aria-hidden size={16} />
            <span className="sr-only">(opens in a new tab)</span>
          </a>
        </p>
      ))}
      {setup.externalId !== null && (
        <p>
          External id: <Copyable text={setup.externalId} what="External id" />
        </p>
      )}
      <Tabs
        label="Ways to set it up"
        tabs={texts.map((artefact, index) => ({
          id: `${artefact.name}-${index}`,
          label: tabOf(artefact, texts),
          content: <CodeBlock title={artefact.fileName ?? artefact.title} code={artefact.content} />,
        }))}
      />
      <details className="rounded-lg border border-line bg-surface px-4 py-3">
        <summary className="font-semibold">What Sluice may do with it, and why</summary>
        <div className="mt-3 grid grid-cols-1 gap-3">
          <Permissions permissions={setup.permissions} />
          {setup.notes.length > 0 && (
            <ul className="grid list-disc gap-1 pl-5 text-xs text-soft">
              {setup.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
        </div>
      </details>
    </div>
  );
};
