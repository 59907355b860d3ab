import type { LucideIcon } from 'lucide-react';
import { cx } from '../class-names.ts';

/** How a thing stands. Colour never says it alone: there are words, and a sign. */
export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'idle';

const TONES: Readonly<Record<Tone, string>> = {
  good: 'bg-good-soft text-good',
  info: 'bg-info-soft text-info',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  idle: 'bg-idle-soft text-idle',
};

export const toneText: Readonly<Record<Tone, string>> = {
  good: 'text-good',
  info: 'text-info',
  warn: 'text-warn',
  bad: 'text-bad',
  idle: 'text-idle',
};

interface BadgeProps {
  readonly tone: Tone;
  readonly children: string;
  readonly icon?: LucideIcon;
}

export const Badge = ({ tone, children, icon: Icon }: BadgeProps) => (
  <span
    className={cx(
      'inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-xs font-semibold whitespace-nowrap',
      TONES[tone],
    )}
  >
    {Icon === undefined ? (
      <span aria-hidden className="size-2 rounded-full bg-current" />
    ) : (
      <Icon aria-hidden size={14} strokeWidth={2.25} />
    )}
    {children}
  </span>
);
