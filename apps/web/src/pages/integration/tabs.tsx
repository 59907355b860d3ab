import { Link } from '@tanstack/react-router';
import { paths } from '../../app/paths.ts';
import { LinkStrip } from '../../app/shell/link-strip.tsx';

/** The pages of one integration, in the order of their tabs. */
const TABS = [
  { page: '', label: 'Overview' },
  { page: 'objects', label: 'Objects' },
  { page: 'rules', label: 'Folder rules' },
  { page: 'events', label: 'Events' },
  { page: 'usage', label: 'Usage' },
  { page: 'keys', label: 'Keys' },
  { page: 'settings', label: 'Settings' },
] as const;

interface TabLinksProps {
  readonly tenantId: string;
  readonly integrationId: string;
}

/** Links to the pages of one integration. They are pages, so these are links: the address says which is open. */
export const TabLinks = ({ tenantId, integrationId }: TabLinksProps) => (
  <LinkStrip aria-label="Integration" className="mb-6 overflow-x-auto border-b border-line">
    <ul className="flex min-w-max gap-1">
      {TABS.map(({ page, label }) => (
        <li key={page}>
          <Link
            to={
              page === ''
                ? paths.integration(tenantId, integrationId)
                : paths.integrationPage(tenantId, integrationId, page)
            }
            activeOptions={{ exact: true, includeSearch: false }}
            className="block border-b-2 border-transparent px-3 py-2 font-semibold whitespace-nowrap text-soft no-underline -outline-offset-2 hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink"
          >
            {label}
          </Link>
        </li>
      ))}
    </ul>
  </LinkStrip>
);
