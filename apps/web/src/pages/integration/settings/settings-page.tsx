import { mayEdit, useTenant } from '../../../app/tenants.ts';
import { ConnectionForm } from './connection-form.tsx';
import { DeleteCard } from './delete-card.tsx';
import { GeneralForm } from './general-form.tsx';
import { StopCard } from './stop-card.tsx';
import { ToldCard } from './told-card.tsx';

/** What can be changed about an integration, from the harmless to what cannot be undone. */
const SettingsPage = () => {
  if (!mayEdit(useTenant())) {
    return (
      <p className="text-soft">Owners and admins of the tenant change these settings. Ask one of them.</p>
    );
  }
  return (
    <div className="grid gap-5">
      <GeneralForm />
      <ToldCard />
      <ConnectionForm />
      <StopCard />
      <DeleteCard />
    </div>
  );
};

export default SettingsPage;
