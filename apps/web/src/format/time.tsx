import { useSyncExternalStore } from 'react';
import { formatExact, formatInstant, formatRelative } from './format.ts';

const TICK_MS = 5_000;

let nowMs = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const one of listeners) one();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
};

interface TimeProps {
  readonly at: string;
  readonly style?: 'relative' | 'instant';
  readonly ahead?: boolean;
}

/** Now, for words such as "2 minutes ago": one clock for all of them. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => nowMs);

/**
 * An instant as a person says it, exact on hover. A past one (`ahead` left out) never reads as if it were to come: clocks differ, and
 * ours moves in steps.
 */
export const Time = ({ at, style = 'relative', ahead = false }: TimeProps) => {
  const now = useNow();
  const words =
    style === 'instant' ? formatInstant(at) : formatRelative(at, ahead ? now : Math.max(now, Date.parse(at)));
  return (
    <time dateTime={at} title={formatExact(at)} className="whitespace-nowrap">
      {words}
    </time>
  );
};
