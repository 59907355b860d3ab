import { type ReactNode, useEffect } from 'react';

interface PageHeaderProps {
  readonly title: string;
  readonly children?: ReactNode;
  /** The main thing to do here. */
  readonly action?: ReactNode;
}

/** The head of a page: its name, which is also the tab's; what it is for; what to do. */
export const PageHeader = ({ title, children, action }: PageHeaderProps) => {
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  return (
    <div className="mb-6 flex flex-wrap items-start justify-between gap-4 md:mb-8">
      <div className="grid max-w-2xl gap-1">
        <h1 className="breakable text-2xl font-bold tracking-tight">{title}</h1>
        {children !== undefined && <div className="text-pretty text-soft">{children}</div>}
      </div>
      {action}
    </div>
  );
};
