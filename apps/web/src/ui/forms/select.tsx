import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from '../class-names.ts';
import { controlClass } from './field.tsx';

/** The platform's own select: it is what keyboards, screen readers and telephones know best. */
export const Select = ({ className, children, ...rest }: ComponentProps<'select'>) => (
  <span className={cx('relative block', className)}>
    <select {...rest} className={cx(controlClass, 'appearance-none truncate pr-9')}>
      {children}
    </select>
    <ChevronDown
      aria-hidden
      size={17}
      className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 text-soft"
    />
  </span>
);
