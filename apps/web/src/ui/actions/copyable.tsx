import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { cx } from '../class-names.ts';
import { announce } from '../overlays/toast.tsx';
import { Button, IconButton } from './button.tsx';

const SHOWN_MS = 2_000;

const useCopy = (text: string, what: string) => {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      announce(`${what} copied.`);
    } catch {
      announce(`${what} could not be copied. Select it and copy it by hand.`);
    }
  };
  return { isCopied, copy: () => void copy() };
};

interface CopyProps {
  readonly text: string;
  /** What is copied, as a person would say: "Policy". */
  readonly what: string;
}

export const CopyButton = ({ text, what }: CopyProps) => {
  const { isCopied, copy } = useCopy(text, what);
  return (
    <Button size="small" onClick={copy} aria-label={`${isCopied ? 'Copied' : 'Copy'} ${what}`}>
      {isCopied ? <Check aria-hidden size={15} /> : <Copy aria-hidden size={15} />}
      {isCopied ? 'Copied' : 'Copy'}
    </Button>
  );
};

/** A value to take along, such as an id or an ARN. */
export const Copyable = ({ text, what, className }: CopyProps & { readonly className?: string }) => {
  const { isCopied, copy } = useCopy(text, what);
  return (
    <span className={cx('inline-flex max-w-full items-center gap-1', className)}>
      <code className="breakable">{text}</code>
      <IconButton label={`Copy ${what}`} onClick={copy} className="size-7">
        {isCopied ? <Check aria-hidden size={15} /> : <Copy aria-hidden size={15} />}
      </IconButton>
    </span>
  );
};
