import { addMember, createTenant } from '@sluice/testkit';
import { at, call, newIntegration } from '@sluice/testkit/api-client';
import { expect, inject, test } from 'vitest';
import { seedMonth } from '../support/seed-objects.ts';
import { openSql, setPoll } from '../support/seeds.ts';
import { expectAccessibleEverywhere, useBrowser } from '../support/visit.ts';

const sql = openSql();
const visit = useBrowser();

const read = async (tenant: { owner: { accessToken: string } }, id: string): Promise<unknown> =>
  (await call('GET', `/api/integrations/s3/${id}`, { token: tenant.owner.accessToken })).body;

test('shows how it stands, books that sum, and a month as chart and as table', async (context) => {
  const tenant = await createTenant(inject('stack'), { name: 'Acme Publishing' });
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, {});
  await seedMonth(sql, { tenantId: tenant.id, id, objects: 240 });
  await sql.query(
    `update public.s3_processed_objects o set report = jsonb_build_object('conformance', jsonb_build_object(
       'before', '{"score": 40, "failures": []}'::jsonb, 'after', jsonb_build_object('score', 100 - 5 * (r.place % 2), 'failures', '[]'::jsonb)))
     from (select id, row_number() over (order by id) as place from public.s3_processed_objects
       where integration_id = $1 and state = 'written_back') as r
     where o.id = r.id`,
    [id],
  );
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/integrations`);
  await page.getByRole('link', { name: 'Contracts' }).click();
  await page.getByRole('heading', { level: 1, name: 'Contracts' }).waitFor();
  await page.getByRole('heading', { level: 2, name: 'Working' }).waitFor();

  const books = page.getByRole('region', { name: 'Everything found, accounted for' });
  expect((await books.getByText('found =').innerText()).replaceAll(/\s+/g, ' ')).toBe(
    '240 found = 156 written back + 24 pending + 36 skipped + 24 failed',
  );
  expect(await books.innerText()).toMatch(/Needs a password\s+12\s+Given up after repeated attempts\s+12/);

  const documents = page.getByRole('region', { name: 'Accessibility of the documents' });
  await documents.getByText('Documents checked').waitFor();
  expect((await documents.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
    /checked 156 Mean score before 40 of 100 Mean score now 97\.5 of 100 No check fails 78 .* checked: 40 before, /,
  );

  const month = page.getByRole('region', { name: 'The last 30 days' });
  const chart = month.getByRole('img', { name: /Chart of the last 30 days/ });
  await chart.waitFor();
  expect(await chart.getAttribute('aria-label')).toContain('written back 156, skipped 36, failed 24');
  expect(await month.innerText()).toMatch(/Until written back: half within\s+4\d secs/);
  await expectAccessibleEverywhere(page);
  await month.getByRole('button', { name: 'Show as table' }).press('Enter');
  expect(await month.getByRole('row').count()).toBe(31);
  await expectAccessibleEverywhere(page);
});

test('names what is wrong, whose move it is and what to do', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, { name: 'Invoices' });
  await setPoll(sql, id, { error: 'access_denied' });
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/integrations/${id}`);
  const status = page.getByRole('region', { name: 'Needs you' });
  await status.waitFor();
  expect(await status.innerText()).toMatch(/s3:ListBucket on acme-documents was refused[^]*Your move/);
  await page.getByText('Nothing has happened yet').waitFor();
  await expectAccessibleEverywhere(page);
});

test('pauses after saying what that means, and resumes, by keyboard', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, {});
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/integrations/${id}`);
  await page.getByRole('button', { name: 'Pause', exact: true }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Pause Contracts?' });
  await dialog.waitFor();
  await expectAccessibleEverywhere(page);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(at(await read(tenant, id), 'status')).toBe('active');
  await page.getByRole('button', { name: 'Pause', exact: true }).press('Enter');
  await dialog.getByRole('button', { name: 'Pause', exact: true }).press('Enter');
  await page.getByRole('heading', { level: 2, name: 'Paused' }).waitFor();
  expect(at(await read(tenant, id), 'status')).toBe('paused');
  await page.getByRole('button', { name: 'Resume' }).press('Enter');
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  expect(at(await read(tenant, id), 'status')).toBe('active');
});

test('says that somebody else edited it, and goes on from what stands now', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, {});
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/integrations/${id}`);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const dialog = page.getByRole('dialog');
  // The page does not hear of the edit: what it shows is old.
  await page.route(`**/api/integrations/s3/${id}`, (route) =>
    route.request().method() === 'GET' ? route.abort() : route.continue(),
  );
  await call('PATCH', `/api/integrations/s3/${id}`, {
    token: tenant.owner.accessToken,
    body: { name: 'Contracts of 2026' },
  });
  await dialog.getByRole('button', { name: 'Pause', exact: true }).click();
  await dialog.getByRole('alert').waitFor();
  expect(at(await read(tenant, id), 'status')).toBe('active');
  await page.unroute(`**/api/integrations/s3/${id}`);
  await page.getByRole('dialog', { name: 'Pause Contracts of 2026?' }).waitFor();
  await dialog.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByRole('heading', { level: 2, name: 'Paused' }).waitFor();
});

test('a member sees it and is offered no change; of another tenant it is not there', async (context) => {
  const stack = inject('stack');
  const tenant = await createTenant(stack);
  const member = await addMember(stack, tenant, 'member');
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, {});
  const { page } = await visit(context, { user: member });
  await page.goto(`/settings/${tenant.id}/integrations/${id}`);
  await page.getByRole('heading', { level: 2, name: 'Working' }).waitFor();
  expect(await page.getByRole('button', { name: 'Pause', exact: true }).count()).toBe(0);
  const stranger = await createTenant(stack);
  const other = await visit(context, { user: stranger.owner });
  await other.page.goto(`/settings/${stranger.id}/integrations/${id}`);
  await other.page.getByRole('heading', { level: 1, name: 'There is no such integration' }).waitFor();
  await expectAccessibleEverywhere(other.page);
});
