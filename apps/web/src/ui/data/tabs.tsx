import * as RadixTabs from '@radix-ui/react-tabs';
import type { ReactNode } from 'react';

export interface Tab {
  /** Becomes part of an element's id: no spaces. */
  readonly id: string;
  readonly label: string;
  readonly content: ReactNode;
}

interface TabsProps {
  /** What is chosen among, for those who do not see it. */
  readonly label: string;
  readonly tabs: readonly Tab[];
}

/** Views of one thing, one at a time. Arrow keys move between them. */
export const Tabs = ({ label, tabs }: TabsProps) => (
  <RadixTabs.Root defaultValue={tabs[0]?.id ?? ''}>
    <RadixTabs.List aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line">
      {tabs.map(({ id, label: name }) => (
        <RadixTabs.Trigger
          key={id}
          value={id}
          className="-mb-px border-b-2 border-transparent px-3 py-2 font-semibold whitespace-nowrap text-soft -outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
        >
          {name}
        </RadixTabs.Trigger>
      ))}
    </RadixTabs.List>
    {tabs.map(({ id, content }) => (
      <RadixTabs.Content key={id} value={id} className="pt-4">
        {content}
      </RadixTabs.Content>
    ))}
  </RadixTabs.Root>
);
