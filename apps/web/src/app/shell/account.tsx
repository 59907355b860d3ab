import { Link } from '@tanstack/react-router';
import { LifeBuoy, LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../ui/actions/button.tsx';
import { paths } from '../paths.ts';
import { signOut, useSession } from '../session.ts';
import { readTheme, setTheme, type Theme } from '../theme.ts';

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

/** Who is signed in, the theme, and the way out. */
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
      <IconButton label="Sign out" onClick={() => void signOut()}>
        <LogOut aria-hidden size={18} />
      </IconButton>
    </div>
  );
};
