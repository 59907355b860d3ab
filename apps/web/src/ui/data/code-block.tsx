import { CopyButton } from '../actions/copyable.tsx';

interface CodeBlockProps {
  /** What it is: "Policy". */
  readonly title: string;
  readonly code: string;
}

/** Something to copy, and to read before. */
export const CodeBlock = ({ title, code }: CodeBlockProps) => (
  <figure className="min-w-0 overflow-hidden rounded-lg border border-line bg-sunken">
    <figcaption className="flex items-center justify-between gap-3 border-b border-line bg-surface py-1.5 pr-2 pl-4">
      <span className="font-semibold">{title}</span>
      <CopyButton text={code} what={title} />
    </figcaption>
    {/* Reached by keyboard, for it scrolls. */}
    {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
    <pre
      tabIndex={0}
      role="group"
      aria-label={title}
      className="max-h-80 overflow-auto p-4 -outline-offset-2"
    >
      <code>{code}</code>
    </pre>
  </figure>
);
