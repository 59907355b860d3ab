import { useRouter } from '@tanstack/react-router';
import { Button } from '../ui/actions/button.tsx';
import { ErrorNotice } from '../ui/states/error-notice.tsx';

interface Broken {
  readonly error: unknown;
  readonly reset: () => void;
}

/** What a page that broke leaves: the way to try again. */
export const PageError = ({ error, reset }: Broken) => {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <div className="grid max-w-xl gap-4">
      <h1 className="text-xl font-semibold">This page did not open</h1>
      <ErrorNotice error={error} onRetry={again} />
      {navigator.onLine && (
        <div>
          <Button onClick={() => location.reload()}>Load the page anew</Button>
        </div>
      )}
    </div>
  );
};

/** The same where there is no frame either. */
export const RouteError = (broken: Broken) => (
  <main className="mx-auto max-w-xl px-4 py-16">
    <PageError {...broken} />
  </main>
);
