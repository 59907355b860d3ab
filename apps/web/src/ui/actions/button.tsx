import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from '../class-names.ts';

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';
type Size = 'normal' | 'small';

const VARIANTS: Readonly<Record<ButtonVariant, string>> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  secondary: 'border border-control bg-surface text-ink hover:bg-hover',
  quiet: 'text-ink hover:bg-hover',
  danger: 'bg-bad text-on-bad hover:brightness-110',
};
const SIZES: Readonly<Record<Size, string>> = {
  normal: 'min-h-10 px-4 py-2',
  small: 'min-h-8 px-3 py-1 text-xs',
};

/** The looks of a button, for links that lead on: `<Link className={buttonClass('primary')}>`. */
export const buttonClass = (variant: ButtonVariant = 'secondary', size: Size = 'normal'): string =>
  cx(
    'inline-flex items-center justify-center gap-2 rounded-md font-semibold no-underline transition-colors',
    'disabled:opacity-55 aria-disabled:opacity-55',
    VARIANTS[variant],
    SIZES[size],
  );

export interface ButtonProps extends ComponentProps<'button'> {
  readonly variant?: ButtonVariant;
  readonly size?: Size;
  /** Something is under way: the button keeps its width and its focus, and does nothing. */
  readonly isBusy?: boolean;
}

export const Button = ({
  variant,
  size,
  isBusy = false,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) => (
  <button
    type="button"
    {...rest}
    aria-disabled={isBusy || undefined}
    aria-busy={isBusy || undefined}
    onClick={isBusy ? (event) => event.preventDefault() : onClick}
    className={cx(buttonClass(variant, size), 'relative', className)}
  >
    <span className={cx('inline-flex items-center gap-2', isBusy && 'invisible')}>{children}</span>
    {isBusy && (
      <span className="absolute inset-0 grid place-items-center">
        <span className="sr-only">Working …</span>
        <LoaderCircle aria-hidden size={18} className="animate-spin" />
      </span>
    )}
  </button>
);

/** A button that is an icon: its label is for those who do not see it, and on hover. */
export const IconButton = ({
  label,
  className,
  children,
  ...rest
}: ComponentProps<'button'> & { readonly label: string }) => (
  <button
    type="button"
    {...rest}
    aria-label={label}
    title={label}
    className={cx(
      'inline-grid size-9 shrink-0 place-items-center rounded-md text-soft transition-colors hover:bg-hover hover:text-ink',
      className,
    )}
  >
    {children}
  </button>
);
