import { Link } from '@tanstack/react-router';
import { paths } from '../app/paths.ts';
import { buttonClass } from '../ui/actions/button.tsx';

export const NotFoundPage = () => (
  <main className="mx-auto grid max-w-xl justify-items-start gap-3 px-4 py-16">
    <h1 className="text-xl font-semibold">There is nothing at this address</h1>
    <p className="text-soft">It may have been deleted, or belong to somebody else. Check the address.</p>
    <Link to={paths.home} className={buttonClass('primary')}>
      To the settings
    </Link>
  </main>
);
