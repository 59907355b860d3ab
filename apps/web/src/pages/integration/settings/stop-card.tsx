import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, once, unwrap } from '../../../app/api.ts';
import { Button } from '../../../ui/actions/button.tsx';
import { Dialog } from '../../../ui/overlays/dialog.tsx';
import { toast } from '../../../ui/overlays/toast.tsx';
import { ErrorNotice, TroubleNotice } from '../../../ui/states/error-notice.tsx';
import { Card } from '../card.tsx';
import { at, atRevision, type Integration, useChange, useIntegration } from '../queries.ts';

const StopDialog = ({ integration, onClose }: { integration: Integration; onClose: () => void }) => {
  const stop = useChange(integration, () => {
    toast(`${integration.name} is stopped.`);
    onClose();
  });
  return (
    <Dialog
      title={`Stop ${integration.name}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Leave it running</Button>
          <Button
            variant="danger"
            isBusy={stop.isPending}
            onClick={() => stop.mutate({ status: 'disabled' })}
          >
            Stop
          </Button>
        </>
      }
    >
      <ul className="grid list-disc gap-1.5 pl-5">
        <li>Nothing is looked for and nothing processed. What is under way ends with its present step.</li>
        <li>What was found waits. The key stays stored.</li>
        <li>To start it again, its connection is tested first.</li>
      </ul>
      {stop.error !== null && (
        <div className="mt-4">
          <ErrorNotice error={stop.error} />
        </div>
      )}
    </Dialog>
  );
};

/** Tests the connection, and starts what passed. */
const StartAgain = ({
  integration: { id, revision, name, lastTest },
}: {
  readonly integration: Integration;
}) => {
  const client = useQueryClient();
  const start = useMutation({
    mutationFn: async () => {
      const test = await unwrap(api.POST('/api/integrations/s3/{id}/test-connection', at(id)));
      if (test.outcome === 'failed') return;
      await unwrap(
        api.POST('/api/integrations/s3/{id}/start', { ...atRevision(id, revision), body: {}, ...once }),
      );
      toast(`${name} goes on.`);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['integration', id] }),
  });
  const failed = start.isSuccess && lastTest?.outcome === 'failed' ? lastTest.checks : [];
  return (
    <div className="grid justify-items-start gap-4">
      <Button variant="primary" isBusy={start.isPending} onClick={() => start.mutate()}>
        Test it and start it again
      </Button>
      {start.error !== null && <ErrorNotice error={start.error} />}
      <div role="status" className="grid w-full gap-3">
        {failed
          .filter(({ outcome }) => outcome === 'failed')
          .map((check) => (
            <TroubleNotice
              key={check.name}
              trouble={{
                title: check.message,
                owner: check.owner ?? 'customer_config',
                remedy: check.remedy ?? 'Mend it, then test again.',
                providerCode: check.providerCode,
              }}
            />
          ))}
      </div>
    </div>
  );
};

/** Stopping for longer than a pause, and starting again. */
export const StopCard = () => {
  const integration = useIntegration();
  const [isAsking, setAsking] = useState(false);
  const { status } = integration;
  if (status === 'draft') return null;
  return (
    <Card
      title={status === 'disabled' ? 'It is stopped' : 'Stop it'}
      about={
        status === 'disabled'
          ? 'Nothing is looked for and nothing processed. What was found waits.'
          : 'For longer than a pause: to start it again takes a test of the connection that passes.'
      }
    >
      {status === 'disabled' ? (
        <StartAgain integration={integration} />
      ) : (
        <Button onClick={() => setAsking(true)}>Stop it …</Button>
      )}
      {isAsking && <StopDialog integration={integration} onClose={() => setAsking(false)} />}
    </Card>
  );
};
