import { createTenant, createUser } from '@sluice/testkit';
import { call, newIntegration } from '@sluice/testkit/api-client';
import { expect, inject, test } from 'vitest';
import { openSql, setPoll } from '../support/seeds.ts';
import { createSupportUser } from '../support/support-user.ts';
import { expectAccessibleEverywhere, PHONE, useBrowser } from '../support/visit.ts';

const sql = openSql();
const visit = useBrowser();

/** A tenant whose bucket refuses to be listed, with a dead object, refused events and lines in the log. */
const prepare = async () => {
  const tenant = await createTenant(inject('stack'), { name: 'Acme Publishing' });
  const bucket = `bucket-${crypto.randomUUID()}`;
  const id = await newIntegration(tenant, { name: 'Contracts', bucket });
  await setPoll(sql, id, { error: 'access_denied' });
  await sql.query('update public.s3_poll_states set consecutive_failures = 3 where integration_id = $1', [
    id,
  ]);
  await sql.query(
    `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, reason)
     values ($1, $2, 'incoming/never.pdf', 'e', 7, 'poll', 'dead', 'retries_exhausted')`,
    [tenant.id, id],
  );
  await sql.query(
    `insert into public.app_logs (service, level, event, message, tenant_id, integration_id, request_id, fields)
     select 's3-poller', level, 'poll_noted', 'line of ' || level, $1, $2, 'request-1', '{"internal": "detail"}'
     from unnest(array['debug', 'error']) as level`,
    [tenant.id, id],
  );
  return { tenant, id, bucket };
};

test('is not there for anybody but support', async (context) => {
  const { page } = await visit(context, { user: await createUser(inject('stack')) });
  await page.goto('/settings');
  await page.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
  expect(await page.getByRole('link', { name: 'Support' }).count()).toBe(0);
  const asked: string[] = [];
  page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
  for (const address of ['/admin', '/admin/usage', '/admin/reseals']) {
    await page.goto(address);
    await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor();
  }
  expect(asked.filter((path) => path.startsWith('/api/admin'))).toEqual([]);
});

test('is where support goes, though the way home ends meanwhile', async (context) => {
  const { page } = await visit(context, { user: await createSupportUser() });
  const tenants = Promise.withResolvers<void>();
  const code = Promise.withResolvers<void>();
  await page.route('**/api/tenants', async (route) => {
    await tenants.promise;
    await route.continue();
  });
  await page.route(/admin-layout.*\.js$/, async (route) => {
    await code.promise;
    await route.continue();
  });
  await page.goto('/settings');
  const answered = page.waitForResponse('**/api/tenants');
  await page.getByRole('link', { name: 'Support' }).click();
  tenants.resolve();
  await answered;
  // The address is that of where one goes, the page still the one before.
  await page.getByRole('status').filter({ hasText: 'your settings' }).waitFor({ state: 'attached' });
  code.resolve();
  await page.getByRole('heading', { name: 'Nothing is looked for yet' }).waitFor();
});

test('finds an integration by its bucket with the keyboard alone, opens its tenant with a reason, and reads what is wrong', async (context) => {
  const { tenant, id, bucket } = await prepare();
  const { page } = await visit(context, { user: await createSupportUser() });
  await page.goto('/settings');
  await page.getByRole('link', { name: 'Support' }).click();
  await page.getByRole('heading', { name: 'Nothing is looked for yet' }).waitFor();
  await expectAccessibleEverywhere(page);
  const search = page.getByLabel('Tenant or integration');
  await search.fill('a');
  await page.keyboard.press('Enter');
  await page.getByText(/Give at least two characters/).waitFor();
  await expectAccessibleEverywhere(page);
  await search.fill(id);
  await page.keyboard.press('Enter');
  await page
    .getByRole('table', { name: 'Integrations' })
    .getByRole('row')
    .filter({ hasText: bucket })
    .waitFor();
  await search.fill('ACME pub');
  await page.getByLabel('Bucket').fill(bucket);
  await page.keyboard.press('Enter');
  const row = page.getByRole('table', { name: 'Integrations' }).getByRole('row').filter({ hasText: bucket });
  await row.waitFor();
  expect(await row.innerText()).toMatch(/Contracts[^]*Acme Publishing[^]*Failing[^]*access denied/);
  expect(await row.getByRole('link', { name: 'access denied' }).getAttribute('href')).toBe(
    '/problems/access_denied',
  );
  await expectAccessibleEverywhere(page);

  await row.getByRole('link', { name: 'Contracts' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'This tenant is closed to you' }).waitFor();
  expect(await page.getByRole('main').innerText()).toMatch(/access denied, 3 in a row/);
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: 'Open this tenant' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Open for an hour' }).click();
  await page.getByText('Say why: the tenant will ask.').waitFor();
  await expectAccessibleEverywhere(page);
  await page.getByLabel('Reason').fill('Ticket 4711');
  await page.getByRole('button', { name: 'Open for an hour' }).click();
  const main = page.getByRole('main');
  await main.getByText('s3:ListBucket on acme-documents was refused.').waitFor();
  expect(await main.innerText()).toContain('Your move, at your storage provider:');
  await page.getByRole('list', { name: 'Dead objects' }).getByText('incoming/never.pdf').waitFor();
  await page.getByText(/support changes nothing/).waitFor();
  await page.getByText('None was refused in seven days.').waitFor();
  await expectAccessibleEverywhere(page);

  await page.getByRole('tab', { name: 'Log' }).click();
  const log = page.getByRole('list', { name: 'Log' });
  await log.getByText('line of debug').waitFor();
  await page.getByLabel('Level').selectOption('error');
  await log.getByText('line of debug').waitFor({ state: 'detached' });
  const line = log.getByRole('listitem').filter({ hasText: 'line of error' });
  await line.getByText('Everything it holds').click();
  await line.getByText('"internal": "detail"').waitFor();
  await expectAccessibleEverywhere(page);

  // The tenant finds who looked, and why.
  const audit = await call('GET', `/api/tenants/${tenant.id}/audit?recordType=support_accesses`, {
    token: tenant.owner.accessToken,
  });
  expect(audit.text).toContain('Ticket 4711');
  expect(page.url()).toContain(id);
});

test('shows refused events with what to do', async (context) => {
  const { tenant, id } = await prepare();
  const support = await createSupportUser();
  await call('POST', `/api/admin/tenants/${tenant.id}/access`, {
    token: support.accessToken,
    body: { reason: 'Ticket 1' },
  });
  const { page } = await visit(context, { user: support });
  await page.route('**/api/integrations/s3/*/events', async (route) => {
    const response = await route.fetch();
    const health = (await response.json()) as Record<string, unknown>;
    const refused = [
      {
        code: 'invalid_secret',
        events: 12,
        owner: 'customer_config',
        title: 'The secret is wrong',
        remedy: 'Give the sender the present secret.',
      },
    ];
    await route.fulfill({ response, json: { ...health, refused } });
  });
  await page.goto(`/admin/tenants/${tenant.id}/integrations/${id}`);
  const refused = page.getByRole('list', { name: 'Refused events' });
  await refused.waitFor();
  expect(await refused.innerText()).toMatch(/12 × The secret is wrong[^]*Your move[^]*present secret/);
});

test('says so when there is no such integration', async (context) => {
  const { page } = await visit(context, { user: await createSupportUser() });
  await page.goto(`/admin/tenants/${crypto.randomUUID()}/integrations/${crypto.randomUUID()}`);
  await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor();
});

test('shows the usage of all tenants and which keys wrap how many secrets, on a phone too', async (context) => {
  const { id } = await prepare();
  const { page } = await visit(context, { user: await createSupportUser(), viewport: PHONE });
  await page.goto('/admin/usage');
  const usage = page.getByRole('table', { name: 'Usage by integration' });
  await usage.waitFor();
  // Among those of all other tests.
  const search = page.getByLabel('Tenant or integration');
  await search.fill('x');
  await search.press('Enter');
  await page.getByText('Give at least two characters').waitFor();
  await search.fill(id);
  await search.press('Enter');
  const own = usage.locator(`a[href$="${id}"]`);
  await own.waitFor();
  await expect.poll(() => usage.getByRole('row').count()).toBe(2);
  await page.getByLabel('Days').selectOption('30');
  await own.waitFor();
  await search.fill(crypto.randomUUID());
  await search.press('Enter');
  await page.getByRole('heading', { name: 'No integration is called so' }).waitFor();
  await expectAccessibleEverywhere(page);
  await search.fill(id);
  await search.press('Enter');
  await own.waitFor();
  await expectAccessibleEverywhere(page);
  await page.getByRole('link', { name: 'Keys' }).click();
  const keys = page.getByRole('table', { name: 'Keys in use' });
  await keys.waitFor();
  expect(await keys.innerText()).toMatch(/local, version \d+/);
  await expectAccessibleEverywhere(page);
});

test('follows a reseal that is under way', async (context) => {
  const { page } = await visit(context, { user: await createSupportUser() });
  let moved = 250;
  const run = () => ({
    id: '0b6f3a52-3f1e-4c57-8a80-5f6f9a2f7b11',
    status: moved < 1_000 ? 'running' : 'completed',
    target: { keyId: 'local', kmsKeyVersion: 2 },
    requestedBy: null,
    totalRows: 1_000,
    resealedRows: moved,
    failedRows: 0,
    remainingRows: 1_000 - moved,
    pass: 1,
    heldUpBy: null,
    createdAt: '2026-11-20T10:00:00Z',
    lastBatchAt: null,
    endedAt: null,
  });
  await page.route('**/api/admin/reseals', (route) => route.fulfill({ json: { items: [run()], keys: [] } }));
  await page.goto('/admin/reseals');
  const table = page.getByRole('table', { name: 'Reseals' });
  await table.getByText('250 of 1,000 (25%), 750 left').waitFor();
  await expectAccessibleEverywhere(page);
  moved = 1_000;
  await table.getByText('Completed').waitFor();
});
