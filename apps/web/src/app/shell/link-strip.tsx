import { useLocation } from '@tanstack/react-router';
import { type ComponentProps, useLayoutEffect, useRef } from 'react';

/** Links in one line, which scrolls where there is no room for all: the one to the present page is in sight. */
export const LinkStrip = (props: ComponentProps<'nav'>) => {
  const ref = useRef<HTMLElement>(null);
  const pathname = useLocation({ select: (location) => location.pathname });
  useLayoutEffect(() => {
    const strip = ref.current;
    const current = strip?.querySelector('[aria-current=page]');
    if (strip === null || current == null) return;
    const [room, link] = [strip.getBoundingClientRect(), current.getBoundingClientRect()];
    strip.scrollLeft += link.left - room.left - (room.width - link.width) / 2;
  }, [pathname]);
  return <nav ref={ref} {...props} />;
};
