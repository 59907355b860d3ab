import { useNavigate, useSearch } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import { PageHeader } from '../../app/shell/page-header.tsx';
import { mayEdit, useTenant } from '../../app/tenants.ts';
import { Empty } from '../../ui/states/empty.tsx';
import { AuditLog } from './audit-log.tsx';
import { type AuditFilter, filterOf } from './audit-query.ts';

const AuditPage = () => {
  const tenant = useTenant();
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  // In the address, so that a view can be sent to somebody.
  const onFilter = (filter: AuditFilter) => void navigate({ to: '.', search: { ...filter }, replace: true });
  return (
    <>
      <PageHeader title="Audit">
        Who changed what, and when; also when our support staff looked at something, and why. Never a secret.
      </PageHeader>
      {mayEdit(tenant) ? (
        <AuditLog tenantId={tenant.id} filter={filterOf(search)} onFilter={onFilter} />
      ) : (
        <Empty icon={Lock} title="The audit is for owners and admins">
          You are a member of {tenant.name}. Ask an owner or admin to look something up, or to make you an
          admin.
        </Empty>
      )}
    </>
  );
};

export default AuditPage;
