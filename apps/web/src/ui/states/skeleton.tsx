import type { ReactNode } from 'react';
import { cx } from '../class-names.ts';

/** A grey shape in the place of what is loading, of its size: nothing moves when it comes. */
export const Skeleton = ({ className }: { readonly className: string }) => (
  <span aria-hidden className={cx('block animate-pulse rounded-md bg-idle-soft', className)} />
);

/** Skeletons, with words for those who do not see them. */
export const Loading = ({ what, children }: { readonly what: string; readonly children: ReactNode }) => (
  <div aria-busy="true">
    <p role="status" className="sr-only">
      Loading {what} …
    </p>
    {children}
  </div>
);
