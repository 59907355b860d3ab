import { CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';
import { IconButton } from '../actions/button.tsx';

/** What happened, said once: on the screen and to screen readers. */

type Tone = 'good' | 'info' | 'bad';
interface Toast {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
}

const SHOWN_MS = 6_000;

let toasts: readonly Toast[] = [];
let spoken = '';
let nextId = 1;
const listeners = new Set<() => void>();
const changed = () => {
  for (const listener of listeners) listener();
};
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Says it to screen readers alone: for what eyes see anyway. */
export const announce = (text: string): void => {
  // The same words again are news again.
  spoken = text === spoken ? `${text}\u00a0` : text;
  changed();
};

/** Says it in a corner, for a few seconds. Never the only place of something that has to be acted on. */
export const toast = (text: string, tone: Tone = 'good'): void => {
  toasts = [...toasts.slice(-2), { id: nextId++, tone, text }];
  announce(text);
};

const dismiss = (id: number): void => {
  toasts = toasts.filter((one) => one.id !== id);
  changed();
};

const ICONS = { good: CircleCheck, info: Info, bad: TriangleAlert } as const;
const COLOURS = { good: 'text-good', info: 'text-info', bad: 'text-bad' } as const;

const ToastCard = ({ id, tone, text }: Toast) => {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id]);
  const Icon = ICONS[tone];
  return (
    <li className="flex animate-[fade-in_150ms_ease-out] items-start gap-3 rounded-lg border border-line bg-surface py-2 pr-2 pl-4 shadow-over">
      <Icon aria-hidden size={19} className={`mt-1.5 shrink-0 ${COLOURS[tone]}`} />
      <span className="flex-1 py-1">{text}</span>
      <IconButton label="Dismiss" onClick={() => dismiss(id)}>
        <X aria-hidden size={17} />
      </IconButton>
    </li>
  );
};

/** Where toasts are shown and announcements are read. Once a page. */
export const Announcements = () => {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  const words = useSyncExternalStore(subscribe, () => spoken);
  return (
    <>
      <p role="status" className="sr-only">
        {words}
      </p>
      {shown.length > 0 && (
        <section aria-label="Notices" className="fixed inset-x-4 bottom-4 z-50 sm:left-auto sm:w-96">
          <ul className="grid gap-2">
            {shown.map((one) => (
              <ToastCard key={one.id} {...one} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
};
