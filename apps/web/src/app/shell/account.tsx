import { LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../ui/actions/button.tsx';
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
      <ThemeButton />
      <IconButton label="Sign out" onClick={() => void signOut()}>
        <LogOut aria-hidden size={18} />
      </IconButton>
    </div>
  );
};
