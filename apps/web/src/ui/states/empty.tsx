import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface EmptyProps {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly children: ReactNode;
  /** What can be done about it. */
  readonly action?: ReactNode;
}

/** Nothing here yet, why, and what to do. */
export const Empty = ({ icon: Icon, title, children, action }: EmptyProps) => (
  <section className="grid justify-items-center gap-3 rounded-lg border border-dashed border-control px-6 py-14 text-center">
    <span className="grid size-14 place-items-center rounded-full bg-accent-soft text-accent">
      <Icon aria-hidden size={26} strokeWidth={1.75} />
    </span>
    <h2 className="text-lg font-semibold">{title}</h2>
    <div className="max-w-prose text-soft">{children}</div>
    {action}
  </section>
);
