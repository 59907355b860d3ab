import { useNavigate } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import { paths } from '../../app/paths.ts';
import { PageHeader } from '../../app/shell/page-header.tsx';
import { mayEdit, useTenant } from '../../app/tenants.ts';
import { Empty } from '../../ui/states/empty.tsx';
import { PlaceForm } from './place-form.tsx';
import { Step } from './step.tsx';

/** The first step: which bucket. It makes a draft, and the draft's page goes on. */
const ConnectPage = () => {
  const tenant = useTenant();
  const navigate = useNavigate();
  return (
    <>
      <PageHeader title="Connect a bucket">Nothing is read or processed before you say so.</PageHeader>
      {mayEdit(tenant) ? (
        <ol>
          <Step number={1} title="Choose the bucket" state="now">
            <PlaceForm
              tenantId={tenant.id}
              onCreated={(id) => void navigate({ to: paths.draft(tenant.id, id) })}
            />
          </Step>
          <Step number={2} title="Let us in" state="ahead" />
          <Step number={3} title="Test the connection" state="ahead" />
          <Step number={4} title="See what would happen" state="ahead" />
          <Step number={5} title="Start" state="ahead" />
        </ol>
      ) : (
        <Empty icon={Lock} title="Connecting takes an admin">
          You are a member of {tenant.name}. Ask one of its admins or owners to connect the bucket.
        </Empty>
      )}
    </>
  );
};

export default ConnectPage;
