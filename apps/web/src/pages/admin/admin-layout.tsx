import { Link, Outlet } from '@tanstack/react-router';
import { ChartColumn, KeyRound, type LucideIcon, Search } from 'lucide-react';
import { paths } from '../../app/paths.ts';
import { useSession } from '../../app/session.ts';
import { Frame, sectionClass } from '../../app/shell/frame.tsx';
import { NotFoundPage } from '../not-found.tsx';

const SECTIONS: readonly { readonly to: string; readonly label: string; readonly icon: LucideIcon }[] = [
  { to: paths.admin, label: 'Find', icon: Search },
  { to: paths.adminUsage, label: 'Usage', icon: ChartColumn },
  { to: paths.adminReseals, label: 'Keys', icon: KeyRound },
];

const Sections = () => (
  <nav aria-label="Support" className="-mx-1 flex gap-1 overflow-x-auto p-1 md:grid md:overflow-visible">
    {SECTIONS.map(({ to, label, icon: Icon }) => (
      <Link key={to} to={to} activeOptions={{ exact: to === paths.admin }} className={sectionClass}>
        <Icon aria-hidden size={18} strokeWidth={2} />
        {label}
      </Link>
    ))}
  </nav>
);

/** What support sees. To everybody else there is nothing here; the API holds to the same. */
const AdminLayout = () =>
  useSession()?.user.isSupport === true ? (
    <Frame navigation={<Sections />}>
      <Outlet />
    </Frame>
  ) : (
    <NotFoundPage />
  );

export default AdminLayout;
