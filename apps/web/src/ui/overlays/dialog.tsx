import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from '../actions/button.tsx';
import { cx } from '../class-names.ts';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons at the end. */
  readonly actions?: ReactNode;
  /** A click beside it closes it. False where something would be lost. */
  readonly isDismissable?: boolean;
}

/**
 * A modal dialog: the platform's own, so the rest of the page is inert, Escape closes it and focus comes back. Render it while it is
 * open only, so that what is in it is forgotten with it.
 */
const Modal = ({
  title,
  onClose,
  children,
  actions,
  isDismissable = true,
  className,
}: DialogProps & { readonly className: string }) => {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog !== null && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- Escape does the same
    <dialog
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (isDismissable && event.target === ref.current) onClose();
      }}
      className={cx('bg-surface p-0 text-ink shadow-over', className)}
    >
      <div className="flex h-full max-h-[inherit] flex-col">
        <header className="flex items-start justify-between gap-4 border-b border-line px-5 py-3">
          <h2 id={id} className="breakable pt-1 text-lg font-semibold">
            {title}
          </h2>
          <IconButton label="Close" onClick={onClose}>
            <X aria-hidden size={19} />
          </IconButton>
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
        {actions !== undefined && (
          <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
            {actions}
          </footer>
        )}
      </div>
    </dialog>
  );
};

export const Dialog = (props: DialogProps) => (
  <Modal
    {...props}
    className="max-h-[min(90dvh,48rem)] w-[min(36rem,calc(100vw-2rem))] animate-[fade-in_120ms_ease-out] rounded-lg"
  />
);

/** At the right edge, over the page: the details of one thing among many. */
export const Drawer = (props: DialogProps) => (
  <Modal
    {...props}
    className="mr-0 h-dvh max-h-dvh w-[min(34rem,100%)] max-w-none animate-[slide-in_160ms_ease-out] rounded-none"
  />
);
