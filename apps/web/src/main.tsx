import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './app/query-client.ts';
import { router } from './app/router.tsx';
import { forgetEnded, getEnded, getSession, onSessionChange } from './app/session.ts';
import { tenantsQuery } from './app/tenants.ts';
import './styles/app.css';

let userId = getSession()?.user.id;
let wasOver = false;
onSessionChange(() => {
  // Nothing is on the page yet that could be lost: signing in is a page then.
  if (queryClient.getQueryData(tenantsQuery.queryKey) === undefined) forgetEnded();
  const isOver = getEnded() !== null;
  const isBack = wasOver && getSession() !== null;
  wasOver = isOver;
  if (isOver) return;
  if (isBack) void queryClient.invalidateQueries();
  const now = getSession()?.user.id;
  // What one person saw is nothing for the next.
  if (now !== userId) queryClient.clear();
  userId = now;
  void router.invalidate();
});

const root = document.querySelector('#root');
if (root === null) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
