import { Button } from '../../ui/actions/button.tsx';
import { CopyButton } from '../../ui/actions/copyable.tsx';
import { Field, Input } from '../../ui/forms/field.tsx';
import { Dialog } from '../../ui/overlays/dialog.tsx';

export interface Link {
  readonly email: string;
  readonly url: string;
}

/** The link of an invitation, once. It is in this dialog alone, and forgotten with it. */
export const LinkDialog = ({ link, onClose }: { readonly link: Link; readonly onClose: () => void }) => (
  <Dialog
    title="The link for the invitation"
    isDismissable={false}
    onClose={onClose}
    actions={
      <Button variant="primary" onClick={onClose}>
        I have copied it
      </Button>
    }
  >
    <div className="grid grid-cols-1 gap-4">
      <p className="breakable">
        Send it to <strong className="font-semibold">{link.email}</strong> yourself: we send no mail. It works
        once, for a week, and only for the account with this address.
      </p>
      <Field label="Link" hint="This is the only time it is shown. A new one can be made at any time.">
        {(control) => (
          <Input
            {...control}
            readOnly
            value={link.url}
            className="font-mono"
            onFocus={({ target }) => target.select()}
          />
        )}
      </Field>
      <div>
        <CopyButton text={link.url} what="Link" />
      </div>
    </div>
  </Dialog>
);
