import { createTenant, type TestTenant } from '@sluice/testkit';
import { call, newDraft, newIntegration } from '@sluice/testkit/api-client';
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { seedMonth } from './support/seed-objects.ts';
import { openSql, setPoll } from './support/seeds.ts';
import { createSupportUser } from './support/support-user.ts';
import { DESKTOP, expectAccessibleEverywhere, PHONE, useBrowser } from './support/visit.ts';

/**
 * What holds for every page there is: the pages are those of the running app's router, so a new one is visited without being listed. A
 * parameter nobody knows fails until somebody says what it stands for.
 */

const sql = openSql();
const visit = useBrowser();

/** How far a page may move while it loads: cumulative layout shift, of which 0.1 counts as good. Those of integrations, not at all. */
const maxShiftOf = (address: string): number => (address.includes('/integrations') ? 0.01 : 0.05);

interface Route {
  readonly fullPath: string;
  readonly children?: unknown;
}

/** Of the router the page runs with. */
const addressesOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { __TSR_ROUTER__: router } = globalThis as unknown as {
      __TSR_ROUTER__: { routesById: Record<string, Route> };
    };
    const leaves = Object.values(router.routesById).filter(({ children }) => children === undefined);
    return [...new Set(leaves.map(({ fullPath }) => fullPath))];
  });

interface World {
  readonly tenant: TestTenant;
  readonly integrationId: string;
  readonly draftId: string;
}

const newWorld = async (): Promise<World> => {
  const tenant = await createTenant(inject('stack'), { name: 'Acme Publishing' });
  const integrationId = await newIntegration(tenant, { name: 'Contracts' });
  const draftId = await newDraft(tenant, { name: 'Scans of 2026' });
  await setPoll(sql, integrationId, {});
  await seedMonth(sql, { tenantId: tenant.id, id: integrationId, objects: 60 });
  return { tenant, integrationId, draftId };
};

const withValues = (address: string, { tenant, integrationId, draftId }: World): string => {
  const filled = address
    .replace('connect/$integrationId', `connect/${draftId}`)
    .replace('$integrationId', integrationId)
    .replace('$tenantId', tenant.id);
  expect(filled, 'say in withValues what the parameter stands for').not.toContain('$');
  return filled;
};

/** Counts from the first paint on what has moved without anybody touching the page. */
const watchShifts = (page: Page) =>
  page.addInitScript(() => {
    const seen = { shift: 0, what: [] as string[] };
    Object.assign(globalThis, { shifts: seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as {
        value: number;
        hadRecentInput: boolean;
        sources: { node: Element | null }[];
      }[]) {
        if (entry.hadRecentInput) continue;
        seen.shift += entry.value;
        seen.what.push(
          ...entry.sources.map(
            ({ node }) => `${entry.value.toFixed(4)} ${node?.nodeName} ${node?.className}`,
          ),
        );
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });

/** Waits until a page has a name and nothing of it is loading. */
const untilThere = async (page: Page) => {
  await page.locator('h1').first().waitFor();
  await expect.poll(() => page.locator('main [aria-busy=true]').count(), { timeout: 20_000 }).toBe(0);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
};

const shiftsOf = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { shifts: { shift: number; what: string[] } }).shifts);

test('every page is accessible in both themes and at both widths, fits the window, and does not move while it loads', async (context) => {
  const world = await newWorld();
  const support = await createSupportUser();
  const signedOut = await visit(context);
  await signedOut.page.goto('/sign-in');
  await signedOut.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  const addresses = await addressesOf(signedOut.page);
  expect(addresses.length).toBeGreaterThan(15);
  expect(addresses).toContain('/settings/$tenantId/integrations/$integrationId/objects');

  const owner = await visit(context, { user: world.tenant.owner });
  const staff = await visit(context, { user: support });
  for (const { page } of [signedOut, owner, staff]) await watchShifts(page);
  await call('POST', `/api/admin/tenants/${world.tenant.id}/access`, {
    token: support.accessToken,
    body: { reason: 'Every page is visited.' },
  });
  const shifts: string[] = [];
  for (const address of addresses) {
    const page = (address.startsWith('/admin') ? staff : address === '/sign-in' ? signedOut : owner).page;
    for (const viewport of [PHONE, DESKTOP]) {
      await page.setViewportSize(viewport);
      await page.goto(withValues(address, world));
      await untilThere(page);
      expect(await page.getByText('There is nothing at this address').count(), address).toBe(0);
      const { shift, what } = await shiftsOf(page);
      if (shift > maxShiftOf(address))
        shifts.push(`${address} at ${viewport.width}: ${shift.toFixed(4)}\n  ${what.join('\n  ')}`);
    }
    await expectAccessibleEverywhere(page);
  }
  expect(shifts.join('\n')).toBe('');
}, 600_000);
