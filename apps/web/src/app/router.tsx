import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { NotFoundPage } from '../pages/not-found.tsx';
import { Announcements } from '../ui/overlays/toast.tsx';
import { paths } from './paths.ts';
import { PageError, RouteError } from './route-error.tsx';
import { getEnded, getSession, useEnded } from './session.ts';
import { SETTINGS_SECTIONS, type SettingsPage } from './settings-registry.ts';
import { HomeRedirect, SettingsLayout } from './shell/settings-layout.tsx';

const SignInAgain = lazy(() => import('../pages/sign-in/sign-in-again.tsx'));

/**
 * A page whose code is fetched when somebody goes there. Code that is gone has been replaced: the router loads the page anew for that.
 * Who is offline would lose what is on the page with it, so they are told.
 */
const page = (load: SettingsPage['load']) =>
  lazyRouteComponent(() =>
    load().catch((error: unknown) => {
      throw navigator.onLine ? error : new TypeError('offline');
    }),
  );

const Root = () => {
  const ended = useEnded();
  return (
    <>
      <Outlet />
      <Announcements />
      <Suspense>{ended !== null && <SignInAgain email={ended.user.email} />}</Suspense>
    </>
  );
};

const rootRoute = createRootRoute({
  component: Root,
  notFoundComponent: NotFoundPage,
  errorComponent: RouteError,
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  component: page(() => import('../pages/sign-in/sign-in-page.tsx')),
});

// Signed in or not: who was invited may have no account yet.
const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  component: page(() => import('../pages/invitation/invitation-page.tsx')),
});

const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: ({ location }) => {
    if (getSession() !== null || getEnded() !== null) return;
    const next = location.href;
    throw redirect({ to: paths.signIn, search: next === paths.home ? {} : { next } });
  },
});

const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: paths.home,
  component: HomeRedirect,
});

const settingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings/$tenantId',
  component: SettingsLayout,
});

const pageRoute = (parent: AnyRoute, { path, load, pages = [] }: SettingsPage): AnyRoute => {
  const route: AnyRoute = createRoute({
    getParentRoute: () => parent,
    path: path === '' ? '/' : path,
    component: page(load),
    // A page that broke leaves the frame around it.
    errorComponent: PageError,
  });
  return pages.length === 0 ? route : route.addChildren(pages.map((page) => pageRoute(route, page)));
};

const settingsPages = SETTINGS_SECTIONS.flatMap(({ id, pages }) =>
  pages.map((page) =>
    pageRoute(settingsRoute, { ...page, path: page.path === '' ? id : `${id}/${page.path}` }),
  ),
);

const adminRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: paths.admin,
  component: page(() => import('../pages/admin/admin-layout.tsx')),
});

const ADMIN_PAGES: readonly SettingsPage[] = [
  { path: '', load: () => import('../pages/admin/find-page.tsx') },
  {
    path: 'tenants/$tenantId/integrations/$integrationId',
    load: () => import('../pages/admin/integration-page.tsx'),
  },
  { path: 'usage', load: () => import('../pages/admin/usage-page.tsx') },
  { path: 'reseals', load: () => import('../pages/admin/reseals-page.tsx') },
];
const adminPages = ADMIN_PAGES.map((one) => pageRoute(adminRoute, one));

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    signInRoute,
    invitationRoute,
    signedInRoute.addChildren([
      homeRoute,
      settingsRoute.addChildren(settingsPages),
      adminRoute.addChildren(adminPages),
    ]),
  ]),
  // The code of a page is fetched when somebody points at the way there.
  defaultPreload: 'intent',
  scrollRestoration: true,
});
