import { onlineManager } from '@tanstack/react-query';
import { WifiOff } from 'lucide-react';
import { useSyncExternalStore } from 'react';

const subscribe = (listener: () => void) => onlineManager.subscribe(listener);

/** Says that what is shown is what was known last. */
export const OfflineBanner = () => {
  const isOnline = useSyncExternalStore(subscribe, () => onlineManager.isOnline());
  return (
    <div role="status" className="sticky top-0 z-10">
      {!isOnline && (
        <p className="flex items-center gap-3 bg-warn-soft px-4 py-2.5 text-warn md:px-10">
          <WifiOff aria-hidden size={18} className="shrink-0" />
          You are offline. What you see is what we knew last, and what you entered stays; it goes on when you
          are back.
        </p>
      )}
    </div>
  );
};
