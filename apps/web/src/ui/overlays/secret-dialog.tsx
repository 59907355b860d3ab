import { Button } from '../actions/button.tsx';
import { CopyButton } from '../actions/copyable.tsx';
import { Field, Input } from '../forms/field.tsx';
import { Dialog } from './dialog.tsx';

interface SecretDialogProps {
  /** "Signing secret". */
  readonly what: string;
  readonly secret: string;
  /** Where it belongs. */
  readonly advice: string;
  readonly onClose: () => void;
}

/** A secret, once. It is in this dialog alone, and forgotten with it. */
export const SecretDialog = ({ what, secret, advice, onClose }: SecretDialogProps) => (
  <Dialog
    title={`Your ${what.toLowerCase()}`}
    isDismissable={false}
    onClose={onClose}
    actions={
      <Button variant="primary" onClick={onClose}>
        I have stored it
      </Button>
    }
  >
    <div className="grid grid-cols-1 gap-4">
      <p>This is the only time it is shown. {advice}</p>
      <Field label={what}>
        {(control) => <Input {...control} readOnly value={secret} className="font-mono" />}
      </Field>
      <div>
        <CopyButton text={secret} what={what} />
      </div>
    </div>
  </Dialog>
);
