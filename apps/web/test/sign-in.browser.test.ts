import { createTenant, createUser } from '@sluice/testkit';
import { expect, inject, test } from 'vitest';
import { expectAccessibleEverywhere, useBrowser } from './support/visit.ts';

const visit = useBrowser();

test('signs in with the keyboard alone and lands in the settings; signing out ends the session everywhere', async (context) => {
  const { owner, name } = await createTenant(inject('stack'));
  const { page, context: browsing } = await visit(context);
  await page.goto('/settings');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await expectAccessibleEverywhere(page);
  await page.getByLabel('Email').focus();
  await page.keyboard.type(owner.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(owner.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
  expect(await page.getByLabel('Tenant').locator('option:checked').textContent()).toBe(name);
  // The password is nowhere in the page any more, nor in what it keeps.
  const kept = await page.evaluate(
    () => document.documentElement.outerHTML + JSON.stringify(Object.entries(localStorage)),
  );
  expect(kept).not.toContain(owner.password);

  const other = await browsing.newPage();
  await other.goto('/settings');
  await other.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.evaluate(() => localStorage.getItem('sluice.session'))).toBeNull();
});

test('says when the password is wrong, and lets it be typed anew', async (context) => {
  const user = await createUser(inject('stack'));
  const { page } = await visit(context);
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(user.email);
  await page.getByLabel('Password').fill('not-the-password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The address or the password is wrong.').first().waitFor();
  expect(await page.getByLabel('Password').getAttribute('aria-invalid')).toBe('true');
  await expectAccessibleEverywhere(page);
  await page.getByLabel('Password').fill(user.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
});

test('an expired token is renewed once, by whichever tab is first, before it is used', async (context) => {
  const { owner } = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: owner });
  const renewals: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('grant_type=refresh_token')) renewals.push(request.url());
  });
  await page.addInitScript(() => {
    if (location.protocol === 'about:') return;
    const text = localStorage.getItem('sluice.session');
    if (text === null || localStorage.getItem('expired') !== null) return;
    localStorage.setItem('expired', 'yes');
    localStorage.setItem(
      'sluice.session',
      JSON.stringify({ ...JSON.parse(text), accessToken: 'old', expiresAtMs: 0 }),
    );
  });
  await page.goto('/settings');
  await page.getByRole('heading', { name: 'No bucket is connected yet' }).waitFor();
  expect(renewals).toHaveLength(1);
});

test('a session that is over leads to the sign-in page, and from there back', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner });
  await page.addInitScript(() => {
    if (location.protocol === 'about:') return;
    const text = localStorage.getItem('sluice.session');
    if (text === null || localStorage.getItem('expired') !== null) return;
    localStorage.setItem('expired', 'yes');
    localStorage.setItem(
      'sluice.session',
      JSON.stringify({ ...JSON.parse(text), refreshToken: 'unknown', expiresAtMs: 0 }),
    );
  });
  const address = `/settings/${tenant.id}/integrations`;
  await page.goto(address);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Email').fill(tenant.owner.email);
  await page.getByLabel('Password').fill(tenant.owner.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
  expect(new URL(page.url()).pathname).toBe(address);
});

test('a session that ends in the middle of a form takes nothing of it away', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/integrations/connect`);
  await page.getByRole('radio', { name: 'Cloudflare R2' }).check();
  await page.getByLabel('Bucket', { exact: true }).fill('acme-contracts');
  await page.getByLabel('Account id').fill('0123456789abcdef0123456789abcdef');
  await page.evaluate(() => {
    const text = localStorage.getItem('sluice.session') ?? '{}';
    const over = { ...JSON.parse(text), refreshToken: 'unknown', expiresAtMs: 0 };
    localStorage.setItem('sluice.session', JSON.stringify(over));
  });
  await page.getByRole('button', { name: 'Continue' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sign in again' });
  await dialog.getByText(tenant.owner.email).waitFor();
  await expectAccessibleEverywhere(page);
  await dialog.getByLabel('Password').fill('not-the-password');
  await page.keyboard.press('Enter');
  await dialog.getByText('The address or the password is wrong.').first().waitFor();
  await dialog.getByLabel('Password').fill(tenant.owner.password);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  expect(await page.getByLabel('Bucket', { exact: true }).inputValue()).toBe('acme-contracts');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { level: 1, name: /^Connect acme-contracts/ }).waitFor();

  await page.evaluate(() => {
    const text = localStorage.getItem('sluice.session') ?? '{}';
    const over = { ...JSON.parse(text), refreshToken: 'unknown', expiresAtMs: 0 };
    localStorage.setItem('sluice.session', JSON.stringify(over));
  });
  await page
    .getByRole('button', { name: 'Test' })
    .or(page.getByRole('link', { name: 'Integrations' }))
    .first()
    .click();
  await dialog.getByRole('button', { name: 'Leave this page' }).click();
  await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
});

test('leads to addresses of its own alone after signing in', async (context) => {
  const { owner } = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: owner });
  for (const next of ['https://elsewhere.test/', '//elsewhere.test/', '/\\elsewhere.test/']) {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await page.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
  }
});
