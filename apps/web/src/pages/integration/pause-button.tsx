import { Pause, Play } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/actions/button.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';
import { toast } from '../../ui/overlays/toast.tsx';
import { ErrorNotice } from '../../ui/states/error-notice.tsx';
import { type Integration, useChange } from './queries.ts';

const PauseDialog = ({
  integration,
  onClose,
}: {
  readonly integration: Integration;
  readonly onClose: () => void;
}) => {
  const pause = useChange(integration, () => {
    toast(`${integration.name} is paused.`);
    onClose();
  });
  return (
    <Dialog
      title={`Pause ${integration.name}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Leave it running</Button>
          <Button
            variant="primary"
            isBusy={pause.isPending}
            onClick={() => pause.mutate({ status: 'paused' })}
          >
            Pause
          </Button>
        </>
      }
    >
      <ul className="grid list-disc gap-1.5 pl-5">
        <li>New documents are not looked for, and events are refused, until you resume it.</li>
        <li>What is being processed ends with its present step. What waits, waits: nothing is lost.</li>
        <li>Results written already stay where they are.</li>
      </ul>
      {pause.error !== null && (
        <div className="mt-4">
          <ErrorNotice error={pause.error} />
        </div>
      )}
    </Dialog>
  );
};

/** Pauses what runs, after saying what that means; resumes what is paused, at once. */
export const PauseButton = ({ integration }: { readonly integration: Integration }) => {
  const [isAsking, setAsking] = useState(false);
  const resume = useChange(integration, () => toast(`${integration.name} goes on.`));
  if (integration.status === 'paused') {
    return (
      <div className="grid justify-items-end gap-2">
        <Button
          variant="primary"
          isBusy={resume.isPending}
          onClick={() => resume.mutate({ status: 'active' })}
        >
          <Play aria-hidden size={17} />
          Resume
        </Button>
        {resume.error !== null && <ErrorNotice error={resume.error} />}
      </div>
    );
  }
  if (integration.status !== 'active') return null;
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        <Pause aria-hidden size={17} />
        Pause
      </Button>
      {isAsking && <PauseDialog integration={integration} onClose={() => setAsking(false)} />}
    </>
  );
};
