import { Link } from '@tanstack/react-router';
import { FoldVertical, LifeBuoy, LogOut, Monitor, Moon, Sun, UnfoldVertical } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../ui/actions/button.tsx';
import { readDensity, readTheme, setDensity, setTheme, type Theme } from '../looks.ts';
import { paths } from '../paths.ts';
import { signOut, useSession } from '../session.ts';

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const THEMES = {
  system: { icon: Monitor, label: "Theme: your system's" },
  light: { icon: Sun, label: 'Theme: light' },
  dark: { icon: Moon, label: 'Theme: dark' },
} as const;

const ThemeButton = () => {
  const [theme, setShown] = useState(readTheme);
  const { icon: Icon, label } = THEMES[theme];
  return (
    <IconButton
      label={label}
      onClick={() => {
        const next = NEXT[theme];
        setTheme(next);
        setShown(next);
      }}
    >
      <Icon aria-hidden size={18} />
    </IconButton>
  );
};

/** Where a pointer is fine: elsewhere things stand as wide as fingers take. */
const DensityButton = () => {
  const [density, setShown] = useState(readDensity);
  const isWide = density === 'wide';
  const Icon = isWide ? FoldVertical : UnfoldVertical;
  return (
    <IconButton
      label={isWide ? 'Density: wide' : 'Density: compact'}
      className="pointer-coarse:hidden"
      onClick={() => {
        const next = isWide ? 'compact' : 'wide';
        setDensity(next);
        setShown(next);
      }}
    >
      <Icon aria-hidden size={18} />
    </IconButton>
  );
};

/** Who is signed in, how things look, and the way out. */
export const Account = () => {
  const session = useSession();
  return (
    <div className="flex items-center gap-1">
      <p className="mr-auto hidden min-w-0 truncate text-xs text-soft md:block" title={session?.user.email}>
        {session?.user.email}
      </p>
      {session?.user.isSupport === true && (
        <Link
          to={paths.admin}
          aria-label="Support"
          title="Support"
          className="inline-grid size-9 shrink-0 place-items-center rounded-md text-soft transition-colors hover:bg-hover hover:text-ink"
        >
          <LifeBuoy aria-hidden size={18} />
        </Link>
      )}
      <ThemeButton />
      <DensityButton />
      <IconButton label="Sign out" onClick={() => void signOut()}>
        <LogOut aria-hidden size={18} />
      </IconButton>
    </div>
  );
};
