import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Select } from '../../ui/forms/select.tsx';
import { Skeleton } from '../../ui/states/skeleton.tsx';
import { paths } from '../paths.ts';
import { SETTINGS_SECTIONS } from '../settings-registry.ts';
import { mayEdit, type Tenant } from '../tenants.ts';
import { Account } from './account.tsx';
import { LinkStrip } from './link-strip.tsx';
import { Logo } from './logo.tsx';
import { OfflineBanner } from './offline-banner.tsx';

/** A way to a section, and where one is. */
export const sectionClass =
  'flex items-center gap-2.5 rounded-md px-3 py-2 font-semibold whitespace-nowrap text-soft hover:bg-hover hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent';

interface FrameProps {
  readonly tenants?: readonly Tenant[];
  readonly tenant?: Tenant;
  /** Where it is not of a tenant. */
  readonly navigation?: ReactNode;
  readonly children: ReactNode;
}

const TenantSelect = ({ tenants, tenant }: { tenants: readonly Tenant[]; tenant: Tenant }) => {
  const navigate = useNavigate();
  if (tenants.length === 1) return <p className="truncate py-2.5 font-semibold">{tenant.name}</p>;
  return (
    <Select
      aria-label="Tenant"
      value={tenant.id}
      onChange={({ target }) =>
        void navigate({ to: paths.section(target.value, SETTINGS_SECTIONS[0]?.id ?? '') })
      }
    >
      {tenants.map(({ id, name, kind }) => (
        <option key={id} value={id}>
          {kind === 'personal' ? `${name} (personal)` : name}
        </option>
      ))}
    </Select>
  );
};

const Sections = ({ tenant }: { readonly tenant: Tenant }) => (
  <LinkStrip
    aria-label="Settings"
    className="-mx-1 flex gap-1 overflow-x-auto p-1 md:grid md:overflow-visible"
  >
    {SETTINGS_SECTIONS.filter(({ isForAdmins }) => isForAdmins !== true || mayEdit(tenant)).map(
      ({ id, label, icon: Icon }) => (
        <Link key={id} to={paths.section(tenant.id, id)} className={sectionClass}>
          <Icon aria-hidden size={18} strokeWidth={2} />
          {label}
        </Link>
      ),
    )}
  </LinkStrip>
);

/** Takes the room of what is not known yet. */
const Waiting = () => (
  <div aria-hidden className="contents">
    <Skeleton className="h-10 w-full" />
    <div className="-mx-1 grid gap-1 p-1">
      <Skeleton className="h-9 w-full" />
    </div>
  </div>
);

/** Navigation beside the page, or above it where there is no room. */
export const Frame = ({ tenants, tenant, navigation, children }: FrameProps) => (
  <div className="min-h-dvh md:grid md:grid-cols-[15.5rem_1fr]">
    <a
      href="#page"
      className="sr-only z-50 rounded-md bg-accent px-4 py-2 font-semibold text-on-accent focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
    >
      Skip to the page
    </a>
    <header className="border-b border-line bg-surface md:sticky md:top-0 md:h-dvh md:border-r md:border-b-0">
      <div className="flex flex-col gap-3 px-4 py-3 md:h-full md:gap-6 md:py-5">
        <div className="flex items-center justify-between">
          <Link to={paths.home} aria-label="Sluice, home" className="rounded-md">
            <Logo />
          </Link>
          <div className="md:hidden">
            <Account />
          </div>
        </div>
        {tenants === undefined || tenant === undefined ? (
          navigation === undefined && <Waiting />
        ) : (
          <>
            <TenantSelect tenants={tenants} tenant={tenant} />
            <Sections tenant={tenant} />
          </>
        )}
        {navigation}
        <div className="mt-auto hidden md:block">
          <Account />
        </div>
      </div>
    </header>
    <div className="min-w-0">
      <OfflineBanner />
      <main id="page" tabIndex={-1} className="mx-auto max-w-5xl px-4 py-6 outline-none md:px-10 md:py-10">
        {children}
      </main>
    </div>
  </div>
);
