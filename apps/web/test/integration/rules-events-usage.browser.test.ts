import { createTenant } from '@sluice/testkit';
import { at, call, newIntegration } from '@sluice/testkit/api-client';
import { expect, inject, test } from 'vitest';
import { everythingIn } from '../support/kept.ts';
import { seedMonth } from '../support/seed-objects.ts';
import { openSql, setPoll } from '../support/seeds.ts';
import { expectAccessibleEverywhere, useBrowser } from '../support/visit.ts';

const sql = openSql();
const visit = useBrowser();

const connected = async () => {
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, {});
  const read = async (path: string) =>
    (await call('GET', `/api/integrations/s3/${id}${path}`, { token: tenant.owner.accessToken })).body;
  return { tenant, id, read, address: `/settings/${tenant.id}/integrations/${id}` };
};

test('sets a rule for a folder, says which rule wins and why, and deletes it', async (context) => {
  const { tenant, read, address } = await connected();
  const prefix = String(at(await read(''), 'inputPrefix'));
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`${address}/rules`);
  await page.getByText('There is none').waitFor();
  await page.getByRole('button', { name: 'Add a rule' }).press('Enter');
  await page.getByLabel('Folder', { exact: true }).fill('elsewhere/');
  await page.getByLabel('Language').fill('de');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Folder', { exact: true }).fill(`${prefix}de/`);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: `Delete the rule of ${prefix}de/` }).waitFor();
  await page.getByLabel('Name of a document').fill(`${prefix}de/a.pdf`);
  await page.keyboard.press('Enter');
  await page.getByText(`The rule of ${prefix}de/ wins.`).waitFor();
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: `Delete the rule of ${prefix}de/` }).press('Enter');
  await page.getByText('There is none').waitFor();
  expect(at(await read('/rules'), 'items')).toEqual([]);
});

test('shows an event secret once, never again; events are listened to when there is one', async (context) => {
  const { tenant, read, address } = await connected();
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`${address}/events`);
  await page.getByRole('button', { name: 'Listen to events' }).press('Enter');
  await page.getByRole('alert').waitFor();
  expect(at(await read(''), 'detectionMode')).toBe('poll');
  await page.getByRole('button', { name: 'Make a secret' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Your event secret' });
  const secret = await dialog.getByLabel('Event secret', { exact: true }).inputValue();
  expect(secret).toMatch(/^whsec_/);
  await expectAccessibleEverywhere(page);
  await dialog.getByRole('button', { name: 'Copy Event secret' }).press('Enter');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await dialog.getByRole('button', { name: 'I have stored it' }).press('Enter');
  await dialog.waitFor({ state: 'detached' });
  expect(await everythingIn(page)).not.toContain(secret);
  await page.getByRole('button', { name: 'Listen to events' }).press('Enter');
  await page.getByRole('heading', { name: 'Events are listened to' }).waitFor();
  expect(at(await read(''), 'detectionMode')).toBe('event');
  await page.getByText('Events are sent to').waitFor();
  await expectAccessibleEverywhere(page);
});

test('shows what was processed and what it cost', async (context) => {
  const { tenant, id, read, address } = await connected();
  await seedMonth(sql, { tenantId: tenant.id, id, objects: 60 });
  const micros = Number(at(await read('/usage-summary'), 'totals.costMicros'));
  expect(micros).toBeGreaterThan(0);
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`${address}/usage`);
  const month = page.getByRole('region', { name: 'The last 30 days' });
  await month.waitFor();
  const dollars = (await month.innerText()).match(/Charged\s+US\$([\d.]+)/)?.[1];
  expect(Number(dollars)).toBeCloseTo(micros / 1_000_000, 4);
  await expectAccessibleEverywhere(page);
});
