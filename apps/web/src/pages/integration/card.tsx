import { type ReactNode, useId } from 'react';

interface CardProps {
  readonly title: string;
  readonly about?: ReactNode;
  /** What can be done with it. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page, with its name. */
export const Card = ({ title, about, action, children }: CardProps) => {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="min-w-0 rounded-lg border border-line bg-surface p-4 shadow-card sm:p-5"
    >
      <div className="mb-4 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 max-w-2xl">
          <h2 id={id} className="text-lg font-semibold">
            {title}
          </h2>
          {about !== undefined && <div className="text-soft">{about}</div>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
};

interface FactProps {
  readonly name: string;
  readonly children: ReactNode;
  readonly note?: ReactNode;
}

/** A figure or a fact with its name: inside of a {@link Facts}. */
export const Fact = ({ name, children, note }: FactProps) => (
  <div className="min-w-0">
    <dt className="text-xs text-soft">{name}</dt>
    <dd className="numeric breakable font-semibold">
      {children}
      {note !== undefined && <span className="block text-xs font-normal text-soft">{note}</span>}
    </dd>
  </div>
);

export const Facts = ({ children }: { readonly children: ReactNode }) => (
  <dl className="grid grid-cols-2 gap-x-5 gap-y-4 lg:grid-cols-4">{children}</dl>
);
