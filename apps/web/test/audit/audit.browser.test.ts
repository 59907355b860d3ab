import { addMember, createTenant } from '@sluice/testkit';
import { call, newIntegration } from '@sluice/testkit/api-client';
import { expect, inject, test } from 'vitest';
import { openSql } from '../support/seeds.ts';
import { expectAccessibleEverywhere, PHONE, useBrowser } from '../support/visit.ts';

const sql = openSql();
const visit = useBrowser();

/** A tenant whose integration was renamed, and looked at by support. */
const prepare = async () => {
  const tenant = await createTenant(inject('stack'), { name: 'Acme Publishing' });
  const id = await newIntegration(tenant, { name: 'Contracts' });
  const token = tenant.owner.accessToken;
  await call('PATCH', `/api/integrations/s3/${id}`, { token, body: { name: 'Contracts of 2026' } });
  await sql.query(
    `insert into public.audit_events (tenant_id, actor_id, actor_kind, action, record_type, record_id, after)
     values ($1::uuid, gen_random_uuid(), 'support', 'open', 'support_accesses', $1::uuid::text, '{"reason": "Ticket 4711: no results"}')`,
    [tenant.id],
  );
  return { tenant, id };
};

test('says who changed what and when, with what it was before and is after', async (context) => {
  const { tenant } = await prepare();
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/integrations`);
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
  const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem');
  const renamed = events.filter({ hasText: 'Changed integration Contracts of 2026' });
  await renamed.first().waitFor();
  expect(await renamed.first().innerText()).toMatch(/Name\s+Contracts\s*Contracts of 2026[^]*by you/);
  const opened = events.filter({ hasText: 'Opened access of support' });
  expect(await opened.innerText()).toMatch(/Ticket 4711: no results[^]*by Sluice support/);
  const added = events.filter({ hasText: 'Added integration Contracts' });
  await added.getByText(/\d+ fields/).click();
  expect(await added.innerText()).toMatch(/Bucket\s+\S+/);
  await expectAccessibleEverywhere(page);
});

test('filters by kind, record, person and day; the address holds the view, and the keyboard reaches all of it', async (context) => {
  const { tenant, id } = await prepare();
  const admin = await addMember(inject('stack'), tenant, 'admin');
  await call('PATCH', `/api/integrations/s3/${id}`, {
    token: admin.accessToken,
    body: { name: 'Contracts, all' },
  });
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/audit`);
  const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem');
  const byAdmin = events.filter({ hasText: 'Contracts, all' }).filter({ hasNotText: 'by you' });
  await byAdmin.first().waitFor();

  await page.getByLabel('What').selectOption({ label: 'Integration' });
  await events.filter({ hasText: 'Added tenant' }).first().waitFor({ state: 'detached' });
  await byAdmin.first().getByRole('button', { name: 'Only by them' }).focus();
  await page.keyboard.press('Enter');
  await events.filter({ hasText: 'by you' }).first().waitFor({ state: 'detached' });
  await byAdmin.first().waitFor();
  expect(await events.count()).toBe(1);
  expect(new URL(page.url()).searchParams.get('actorId')).toBe(admin.id);
  await expectAccessibleEverywhere(page);

  await page.reload();
  await byAdmin.first().waitFor();
  expect(await events.count()).toBe(1);
  await page.getByRole('button', { name: /^By user .*: end this filter/ }).click();
  await events.filter({ hasText: 'by you' }).first().waitFor();
  await page.getByLabel('To').fill('2020-01-31');
  await page.getByRole('heading', { name: 'Nothing of this kind has happened' }).waitFor();
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: 'Show everything' }).click();
  await events.filter({ hasText: 'Added tenant' }).first().waitFor();
  await byAdmin.first().getByRole('button', { name: 'Only this integration' }).click();
  await page.getByRole('button', { name: 'Only integration Contracts, all: end this filter' }).waitFor();
  await events.filter({ hasText: 'Added tenant' }).first().waitFor({ state: 'detached' });
  expect(new URL(page.url()).searchParams.get('recordId')).toBe(id);
});

test('shows a long audit page by page, on a phone too', async (context) => {
  const tenant = await createTenant(inject('stack'));
  await sql.query(
    `insert into public.audit_events (tenant_id, actor_kind, action, record_type, record_id, before, after)
     select $1::uuid, 'engine', 'update', 'tenant_limits', $1::uuid || '/integrations', jsonb_build_object('value', n), jsonb_build_object('value', n + 1)
     from generate_series(1, 60) n`,
    [tenant.id],
  );
  const { page } = await visit(context, { user: tenant.owner, viewport: PHONE });
  await page.goto(`/settings/${tenant.id}/audit?recordType=tenant_limits`);
  const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem');
  await events.nth(49).waitFor();
  // The section one is in is in sight, though there is no room for all.
  const section = await page.getByRole('link', { name: 'Audit' }).boundingBox();
  expect((section?.x ?? 0) + (section?.width ?? 0)).toBeLessThanOrEqual(PHONE.width);
  await page.getByRole('button', { name: 'Show earlier events' }).click();
  await events.nth(59).waitFor();
  expect(await events.count()).toBe(60);
});

test('is for owners and admins: members are told so, and nothing is asked for', async (context) => {
  const tenant = await createTenant(inject('stack'), { name: 'Acme Publishing' });
  const member = await addMember(inject('stack'), tenant, 'member');
  const { page } = await visit(context, { user: member });
  const asked: string[] = [];
  page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
  await page.goto(`/settings/${tenant.id}/audit`);
  await page.getByRole('heading', { name: 'The audit is for owners and admins' }).waitFor();
  expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0);
  expect(asked.filter((path) => path.endsWith('/audit') && path.startsWith('/api'))).toEqual([]);
  await expectAccessibleEverywhere(page);
});
