import { createTenant } from '@sluice/testkit';
import { at, call, newIntegration } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY } from '@sluice/testkit/fake-s3';
import { expect, inject, test } from 'vitest';
import { BUCKET, newServer } from './support/customer.ts';
import { everythingIn } from './support/kept.ts';
import { loseAnswer } from './support/network.ts';
import { openSql, setPoll } from './support/seeds.ts';
import { expectAccessibleEverywhere, PHONE, useBrowser } from './support/visit.ts';

const sql = openSql();
const visit = useBrowser();
const { accessKeyId, secretAccessKey } = FAKE_IDENTITY;

const connected = async () => {
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, {});
  const read = () => call('GET', `/api/integrations/s3/${id}`, { token: tenant.owner.accessToken });
  return { tenant, id, read, address: `/settings/${tenant.id}/integrations/${id}` };
};

test('connecting a bucket through a failing network: what was typed stays, and it is connected once', async (context) => {
  const fake = await newServer(context);
  const tenant = await createTenant(inject('stack'));
  const { page, context: browsing } = await visit(context, { user: tenant.owner, viewport: PHONE });
  await page.goto(`/settings/${tenant.id}/integrations/connect`);
  await page.getByRole('radio', { name: 'Another S3 server' }).check();
  await page.getByLabel('Bucket', { exact: true }).fill(BUCKET);
  await page.getByLabel('Endpoint').fill(fake.endpoint);
  const next = page.getByRole('button', { name: 'Continue' });

  await browsing.setOffline(true);
  await page.getByText('You are offline. What you see').waitFor();
  await next.click();
  const notice = page.getByRole('alert');
  await notice.getByText('You are offline', { exact: true }).waitFor();
  await expectAccessibleEverywhere(page);
  await page.setViewportSize(PHONE);
  await browsing.setOffline(false);
  await page.getByText('You are offline. What you see').waitFor({ state: 'detached' });

  await loseAnswer(page, 'POST');
  await next.click();
  await notice.getByText('No answer came from Sluice').waitFor();
  expect(await page.getByLabel('Bucket', { exact: true }).inputValue()).toBe(BUCKET);
  expect(await page.getByLabel('Endpoint').inputValue()).toBe(fake.endpoint);
  await next.click();

  const secret = page.getByLabel('Secret access key');
  await page.getByLabel('Access key id').fill(accessKeyId);
  await secret.fill(secretAccessKey);
  const { body } = await call('GET', `/api/integrations/s3?tenantId=${tenant.id}`, {
    token: tenant.owner.accessToken,
  });
  expect(at(body, 'items')).toHaveLength(1);

  // The key is stored by the first; sent as another request it would be refused.
  await loseAnswer(page, 'PATCH');
  await page.getByRole('button', { name: 'Save and test' }).click();
  await notice.getByText('No answer came from Sluice').waitFor();
  expect(await secret.inputValue()).toBe(secretAccessKey);
  await page.getByRole('button', { name: 'Save and test' }).click();
  await page.getByRole('button', { name: 'Start', exact: true }).waitFor();
  expect(await everythingIn(page)).not.toContain(secretAccessKey);
});

test('connecting by a role is done once too: its name is the same when it is sent again', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/integrations/connect`);
  await page.getByRole('radio', { name: 'Amazon S3, by role' }).check();
  await page.getByLabel('Bucket', { exact: true }).fill(`acme-${crypto.randomUUID().slice(0, 8)}`);
  await page.getByLabel('Region').fill('eu-central-1');
  await page.getByLabel('AWS account number').fill('123456789012');
  await loseAnswer(page, 'POST');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('alert').getByText('No answer came from Sluice').waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'The role is there: test it' }).waitFor();
  const { body } = await call('GET', `/api/integrations/s3?tenantId=${tenant.id}`, {
    token: tenant.owner.accessToken,
  });
  expect(at(body, 'items')).toHaveLength(1);
});

test('an edit whose answer was lost is no conflict with oneself when it is sent again', async (context) => {
  const { tenant, address, read } = await connected();
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`${address}/settings`);
  const form = page.getByRole('region', { name: 'How documents are treated' });
  const before = Number(at((await read()).body, 'revision'));
  await form.getByLabel('Name').fill('Contracts of 2026');
  await loseAnswer(page, 'PATCH');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('No answer came from Sluice').waitFor();
  expect(await form.getByLabel('Name').inputValue()).toBe('Contracts of 2026');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('region', { name: 'Notices' }).getByText('Saved.').waitFor();
  const { body } = await read();
  expect([at(body, 'name'), at(body, 'revision')]).toEqual(['Contracts of 2026', before + 1]);
});

test('a deletion whose answer was lost is done when it is sent again', async (context) => {
  const { tenant, address, read } = await connected();
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`${address}/settings`);
  await page.getByRole('button', { name: 'Delete it …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete Contracts?' });
  await dialog.getByLabel(/type its name/).fill('Contracts');
  await loseAnswer(page, 'DELETE');
  await page.keyboard.press('Enter');
  await dialog.getByText('No answer came from Sluice').waitFor();
  expect((await read()).status).toBe(404);
  await dialog.getByRole('button', { name: 'Delete it', exact: true }).click();
  await page.getByRole('heading', { name: 'No bucket is connected yet' }).waitFor();
});

test('a page that was not loaded yet says so offline, within its frame, and opens afterwards', async (context) => {
  const { tenant, address } = await connected();
  const { page, context: browsing } = await visit(context, {
    user: tenant.owner,
    // What a page throws is written there too.
    isExpectedError: (text) => text.includes('offline'),
  });
  await page.goto(address);
  await page.getByRole('heading', { level: 1, name: 'Contracts' }).waitFor();
  await browsing.setOffline(true);
  const rules = page.getByRole('link', { name: 'Folder rules' });
  await rules.press('Enter');
  await page.getByRole('heading', { name: 'This page did not open' }).waitFor();
  await page.getByRole('alert').getByText('You are offline', { exact: true }).waitFor();
  expect(await rules.isVisible()).toBe(true);
  await expectAccessibleEverywhere(page);
  await browsing.setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Which rule wins?' }).waitFor();
});
