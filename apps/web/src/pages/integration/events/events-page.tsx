import { mayEdit, useTenant } from '../../../app/tenants.ts';
import { useIntegration } from '../queries.ts';
import { EventSecret } from './event-secret.tsx';
import { EventTest } from './event-test.tsx';
import { Health } from './health-card.tsx';
import { R2Deploy } from './r2-deploy.tsx';
import { R2Receiver } from './r2-receiver.tsx';
import { Setup } from './setup-card.tsx';

const EventsPage = () => {
  const isEditor = mayEdit(useTenant());
  const { provider, detectionMode } = useIntegration();
  const isListening = detectionMode === 'event';
  const isR2 = provider === 'r2';
  return (
    <div className="grid grid-cols-1 gap-5">
      <Health isEditor={isEditor} />
      {isListening && <EventTest mayEdit={isEditor} />}
      {isEditor && <EventSecret mayEdit={isEditor} />}
      {isR2 && isEditor && <R2Deploy />}
      {isR2 ? <R2Receiver /> : <Setup />}
      {/* Before, there is nothing to test: it comes last, as it is done. */}
      {!isListening && <EventTest mayEdit={isEditor} />}
    </div>
  );
};

export default EventsPage;
