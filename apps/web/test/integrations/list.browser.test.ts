import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createTenant } from '@sluice/testkit';
import { newDraft, newIntegration } from '@sluice/testkit/api-client';
import { expect, inject, test } from 'vitest';
import { openSql, seedEveryStanding, setPoll } from '../support/seeds.ts';
import { expectAccessibleEverywhere, PHONE, useBrowser } from '../support/visit.ts';

const sql = openSql();
const visit = useBrowser();

const rowOf = (name: string) => new RegExp(`^${name}`);

test('shows how each integration stands, in words, with whose move it is and what to do', async (context) => {
  const tenant = await seedEveryStanding(sql);
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/integrations`);
  const row = (name: string) => page.getByRole('listitem').filter({ hasText: rowOf(name) });
  await row('Contracts').getByText('Working').waitFor();
  expect(await row('Contracts').innerText()).toMatch(/1,204 objects\s+listed 1 minute ago/);
  expect(await row('Archive').innerText()).toContain('Paused');
  expect(await row('Scans of 2026').innerText()).toMatch(/Draft[^]*Not tested/);
  expect(await row('Invoices, Berlin office').innerText()).toMatch(/Needs you[^]*Your move/);
  expect(await row('Course material').innerText()).toMatch(/Waiting[^]*Your storage provider's move/);
  expect(await page.getByText(/5 integrations:/).innerText()).toBe(
    '5 integrations: 1 at work, 1 needs you, 1 to look at, 2 not running',
  );
  await expectAccessibleEverywhere(page);

  // The README's picture, when it is asked for.
  if (process.env['SLUICE_PICTURES'] === 'yes') {
    const pictures = join(import.meta.dirname, '../../../../docs/pictures');
    await mkdir(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, 'settings.png') });
  }
});

test('follows what happens without being asked', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, { error: 'access_denied' });
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto('/settings');
  await page.getByText('Needs you', { exact: true }).waitFor();
  await setPoll(sql, id, {});
  await page.getByText('Working', { exact: true }).waitFor();
});

test('says so when nothing is connected yet', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/integrations`);
  await page.getByRole('heading', { name: 'No bucket is connected yet' }).waitFor();
  await expectAccessibleEverywhere(page);
});

test('shows shapes of what is loading, and nothing jumps when it is there', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, {});
  const { page } = await visit(context, { user: tenant.owner });
  const arrived = Promise.withResolvers<void>();
  await page.route('**/api/integrations/s3?*', async (route) => {
    await arrived.promise;
    await route.continue();
  });
  await page.goto(`/settings/${tenant.id}/integrations`);
  await page.getByText('Loading the integrations').waitFor({ state: 'attached' });
  await expectAccessibleEverywhere(page);
  const top = async () => (await page.getByRole('main').getByRole('list').boundingBox())?.y;
  const before = await top();
  arrived.resolve();
  await page.getByText('Working', { exact: true }).waitFor();
  expect(await top()).toBe(before);
});

test('shows a refusal with what to do, and goes on after it', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner });
  await page.route('**/api/integrations/s3?*', (route) =>
    route.fulfill({
      status: 500,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: '/problems/internal',
        title: 'Something went wrong on our side',
        status: 500,
        code: 'internal',
        owner: 'platform',
        remedy: 'Try again; if it stays so, send us the `requestId`.',
        retryable: false,
        requestId: '3f8a1c52-7d0e-4b7c-9a51-6c1f0e2b9d44',
      }),
    }),
  );
  await page.goto(`/settings/${tenant.id}/integrations`);
  const notice = page.getByRole('alert').filter({ hasText: 'Something went wrong on our side' });
  await notice.waitFor();
  expect(await notice.innerText()).toMatch(/Our move: Try again[^]*3f8a1c52-7d0e-4b7c-9a51-6c1f0e2b9d44/);
  await expectAccessibleEverywhere(page);
  await page.unroute('**/api/integrations/s3?*');
  await notice.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'No bucket is connected yet' }).waitFor();
});

test('says when there is no connection, keeps what it knew, and goes on by itself', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, {});
  const { page, context: browsing } = await visit(context, { user: tenant.owner, viewport: PHONE });
  await page.goto(`/settings/${tenant.id}/integrations`);
  await page.getByText('Working', { exact: true }).waitFor();
  await browsing.setOffline(true);
  await page.getByText('You are offline.').waitFor();
  expect(await page.getByText('Working', { exact: true }).isVisible()).toBe(true);
  await expectAccessibleEverywhere(page);
  await setPoll(sql, id, { error: 'access_denied' });
  await browsing.setOffline(false);
  await page.getByText('Needs you', { exact: true }).waitFor();
  expect(await page.getByText('You are offline.').isVisible()).toBe(false);
});

test('things stand closer together for whoever wants that, from the next visit on too, and are still large enough to hit', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, {});
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/integrations`);
  const heightOf = async () => (await page.getByRole('link', { name: 'Audit' }).boundingBox())?.height ?? 0;
  await page.getByText('Working', { exact: true }).waitFor();
  const wide = await heightOf();
  await page.getByRole('button', { name: 'Density: wide' }).press('Enter');
  expect(await heightOf()).toBeLessThan(wide);
  await page.reload();
  await page.getByText('Working', { exact: true }).waitFor();
  expect(await heightOf()).toBeLessThan(wide);
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: 'Density: compact' }).press('Enter');
  expect(await heightOf()).toBe(wide);
});

test('shows a long list page by page', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const first = await newDraft(tenant, { name: 'The first' });
  await sql.query(
    `insert into public.s3_integrations (tenant_id, name, provider, bucket, region, endpoint, addressing_style, input_prefix, output_prefix, created_by)
     select tenant_id, 'Copy ' || n, provider, bucket, region, endpoint, addressing_style, 'in' || n || '/', 'out' || n || '/', created_by
     from public.s3_integrations, generate_series(1, 55) n where id = $1`,
    [first],
  );
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/integrations`);
  await page.getByText(/^50\+ integrations/).waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText(/^56 integrations/).waitFor();
  expect(await page.getByRole('main').getByRole('listitem').count()).toBe(56);
});

test("another tenant's settings are not there", async (context) => {
  const [mine, theirs] = [await createTenant(inject('stack')), await createTenant(inject('stack'))];
  const { page } = await visit(context, { user: mine.owner });
  for (const address of [`/settings/${theirs.id}/integrations`, '/sign-in/nowhere']) {
    await page.goto(address);
    await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor();
    await expectAccessibleEverywhere(page);
  }
});
