import { createTenant } from '@sluice/testkit';
import { at, call, newIntegration } from '@sluice/testkit/api-client';
import { expect, inject, test } from 'vitest';
import { openSql, setPoll } from '../support/seeds.ts';
import { expectAccessibleEverywhere, useBrowser } from '../support/visit.ts';

const sql = openSql();
const visit = useBrowser();

const connected = async (changes: Readonly<Record<string, unknown>> = {}) => {
  const tenant = await createTenant(inject('stack'));
  const token = tenant.owner.accessToken;
  const id = await newIntegration(tenant, { name: 'Contracts', ...changes });
  await setPoll(sql, id, {});
  const path = `/api/integrations/s3/${id}`;
  return {
    owner: tenant.owner,
    address: `/settings/${tenant.id}/integrations/${id}/settings`,
    call: (method: string, body?: unknown) =>
      call(method, path, { token, ...(body === undefined ? {} : { body }) }),
  };
};

test('changes how documents are treated, and says so when somebody else was quicker', async (context) => {
  const integration = await connected();
  const { page } = await visit(context, { user: integration.owner });
  await page.goto(integration.address);
  const form = page.getByRole('region', { name: 'How documents are treated' });
  await form.getByRole('button', { name: 'Save' }).press('Enter');
  await form.getByText('Nothing is changed.').waitFor();
  await form.getByLabel('Name').fill('Contracts of 2026');
  await form.getByLabel('When a document is overwritten').selectOption('Keep results of every version');
  await form.getByLabel('Name').press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Contracts of 2026' }).waitFor();
  expect((await integration.call('GET')).body).toMatchObject({
    name: 'Contracts of 2026',
    overwritePolicy: 'keep_versions',
  });
  await expectAccessibleEverywhere(page);

  await form.getByLabel('Language').fill('no language');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => form.getByLabel('Language').getAttribute('aria-invalid')).toBe('true');
  await form.getByLabel('Language').fill('de');
  await integration.call('PATCH', { language: 'fr' });
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByRole('button', { name: 'Show what stands now' }).waitFor();
  await expectAccessibleEverywhere(page);
  await form.getByRole('button', { name: 'Show what stands now' }).click();
  await expect.poll(() => form.getByLabel('Language').inputValue()).toBe('fr');
  expect(at((await integration.call('GET')).body, 'language')).toBe('fr');
});

test('another folder makes it a draft that has to be tested and started again', async (context) => {
  const integration = await connected();
  const { page } = await visit(context, { user: integration.owner });
  await page.goto(integration.address);
  const form = page.getByRole('region', { name: 'What is connected' });
  await form.getByLabel('Folder to watch').fill('elsewhere/');
  await form.getByLabel('Folder for results').fill('elsewhere/out/');
  await form.getByRole('button', { name: 'Change what is connected' }).click();
  await form.getByRole('alert').waitFor();
  expect(at((await integration.call('GET')).body, 'status')).toBe('active');
  await form.getByLabel('Folder for results').fill(`${crypto.randomUUID()}/`);
  await form.getByLabel('Folder to watch').fill(`${crypto.randomUUID()}/`);
  await form.getByRole('button', { name: 'Change what is connected' }).click();
  await page.getByRole('link', { name: 'Go on with connecting it' }).waitFor();
  expect(at((await integration.call('GET')).body, 'status')).toBe('draft');
});

test('moves the day from which documents are taken in, and forth to everything', async (context) => {
  const integration = await connected();
  const { page } = await visit(context, { user: integration.owner });
  await page.goto(integration.address);
  const form = page.getByRole('region', { name: 'How documents are treated' });
  const since = form.getByLabel('Take in what was changed since');
  // The reader is in Berlin, an hour ahead in winter.
  await since.fill('2026-01-31T12:00');
  await form.getByRole('button', { name: 'Save' }).click();
  const stored = async () => String(at((await integration.call('GET')).body, 'startFrom'));
  await expect.poll(async () => Date.parse(await stored())).toBe(Date.parse('2026-01-31T11:00:00Z'));
  await page.reload();
  await expect.poll(() => since.inputValue()).toBe('2026-01-31T12:00');
  await since.fill('');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect.poll(stored).toBe('null');
});

test('another way to address the bucket is another connection, to be tested anew', async (context) => {
  const integration = await connected();
  const { page } = await visit(context, { user: integration.owner });
  await page.goto(integration.address);
  const form = page.getByRole('region', { name: 'What is connected' });
  await form.getByLabel('How the bucket is addressed').selectOption('In the host name: bucket.server/name');
  await form.getByRole('button', { name: 'Change what is connected' }).click();
  await page.getByRole('link', { name: 'Go on with connecting it' }).waitFor();
  expect((await integration.call('GET')).body).toMatchObject({ addressingStyle: 'virtual', status: 'draft' });
});

test('moves a bucket of R2 to another account and jurisdiction, and says what follows', async (context) => {
  const [before, after] = ['0123456789abcdef'.repeat(2), 'fedcba9876543210'.repeat(2)];
  const integration = await connected({
    provider: 'r2',
    accountId: before,
    jurisdiction: 'eu',
    endpoint: undefined,
    region: undefined,
  });
  const { page } = await visit(context, { user: integration.owner });
  await page.goto(integration.address);
  const form = page.getByRole('region', { name: 'What is connected' });
  await form.getByText('the stored key is destroyed').waitFor();
  const account = form.getByLabel('Account id');
  expect(await account.inputValue()).toBe(before);
  expect(await form.getByLabel('Jurisdiction').inputValue()).toBe('eu');
  expect(await form.getByLabel('Region').count()).toBe(0);
  const submit = form.getByRole('button', { name: 'Change what is connected' });
  await submit.click();
  await form.getByText('Nothing is changed.').waitFor();
  await account.fill('no account');
  await submit.click();
  await expect.poll(() => account.getAttribute('aria-invalid')).toBe('true');
  await expectAccessibleEverywhere(page);
  await account.fill(after);
  await form.getByLabel('Jurisdiction').selectOption('None');
  await submit.click();
  await page.getByRole('link', { name: 'Go on with connecting it' }).waitFor();
  expect((await integration.call('GET')).body).toMatchObject({
    endpoint: `https://${after}.r2.cloudflarestorage.com`,
    status: 'draft',
    credentialsStored: false,
  });
});

test('moves a bucket of Backblaze B2 to another region', async (context) => {
  const integration = await connected({ provider: 'b2', region: 'us-west-004', endpoint: undefined });
  const { page } = await visit(context, { user: integration.owner });
  await page.goto(integration.address);
  const form = page.getByRole('region', { name: 'What is connected' });
  const region = form.getByLabel('Region');
  expect(await region.inputValue()).toBe('us-west-004');
  await region.fill('eu-central-003');
  await region.press('Enter');
  await page.getByRole('link', { name: 'Go on with connecting it' }).waitFor();
  expect((await integration.call('GET')).body).toMatchObject({
    region: 'eu-central-003',
    status: 'draft',
    credentialsStored: false,
  });
});

test('stops it, and starts it again once its connection is tested', async (context) => {
  const integration = await connected();
  const { page } = await visit(context, { user: integration.owner });
  await page.goto(integration.address);
  await page.getByRole('button', { name: 'Stop it …' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Stop Contracts?' });
  await dialog.waitFor();
  await expectAccessibleEverywhere(page);
  await dialog.getByRole('button', { name: 'Stop', exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Test it and start it again' }).press('Enter');
  await page.getByRole('button', { name: 'Stop it …' }).waitFor();
  expect(at((await integration.call('GET')).body, 'status')).toBe('active');
});

test('is deleted when its name is typed, after what follows from it is told', async (context) => {
  const integration = await connected();
  const { page } = await visit(context, { user: integration.owner });
  await page.goto(integration.address);
  await page.getByRole('button', { name: 'Delete it …' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Delete Contracts?' });
  await dialog.getByText('Nothing in your bucket is touched').waitFor();
  await dialog.getByLabel(/type its name/).fill('Contract');
  await page.keyboard.press('Enter');
  await dialog.getByText('That is not its name.').waitFor();
  await expectAccessibleEverywhere(page);
  expect((await integration.call('GET')).status).toBe(200);
  await dialog.getByLabel(/type its name/).fill('Contracts');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'No bucket is connected yet' }).waitFor();
  expect((await integration.call('GET')).status).toBe(404);
});
