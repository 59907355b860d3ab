import { Button } from '../ui/actions/button.tsx';
import { ErrorNotice } from '../ui/states/error-notice.tsx';

/** What a page that broke leaves: the way to try again. */
export const RouteError = ({ error, reset }: { readonly error: unknown; readonly reset: () => void }) => (
  <main className="mx-auto grid max-w-xl gap-4 px-4 py-16">
    <h1 className="text-xl font-semibold">This page did not open</h1>
    <ErrorNotice error={error} onRetry={reset} />
    <div>
      <Button onClick={() => location.reload()}>Load the page anew</Button>
    </div>
  </main>
);
