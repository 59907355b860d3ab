import { readFile } from 'node:fs/promises';
import { addMember, connectControls, createTenant, pollUntil, type TestTenant } from '@sluice/testkit';
import { at, call, newIntegration } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY } from '@sluice/testkit/fake-s3';
import type { Download, Locator } from 'playwright-core';
import { expect, inject, type TestContext, test } from 'vitest';
import { BUCKET, newServer } from '../support/customer.ts';
import { seedMonth } from '../support/seed-objects.ts';
import { openSql, setPoll } from '../support/seeds.ts';
import { expectAccessibleEverywhere, PHONE, useBrowser } from '../support/visit.ts';

const sql = openSql();
const visit = useBrowser();

/** Lets the sweep come by, which takes up replays, until the page shows it. */
const sweepUntil = async (shows: Locator): Promise<void> => {
  const { controlUrl, secretKey } = inject('stack');
  const controls = connectControls(controlUrl, secretKey);
  await pollUntil(
    async () => {
      await controls.tick('* * * * *');
      return (await shows.isVisible()) ? true : undefined;
    },
    { timeoutMs: 60_000, what: 'the replay', intervalMs: 250 },
  );
};

/** An integration with 60 objects: 39 written back, 9 skipped, 3 failed, 3 given up, 6 pending. */
const seeded = async (): Promise<{ tenant: TestTenant; id: string; address: string }> => {
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, {});
  await seedMonth(sql, { tenantId: tenant.id, id, objects: 60 });
  return { tenant, id, address: `/settings/${tenant.id}/integrations/${id}/objects` };
};

test('lists objects page by page, and filters them by state, reason, name and time; the address says how', async (context) => {
  const { tenant, address } = await seeded();
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(address);
  const rows = page.getByRole('row').filter({ has: page.getByRole('rowheader') });
  await rows.nth(24).waitFor();
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: 'Show more' }).press('Enter');
  await rows.nth(49).waitFor();

  const search = page.getByRole('search', { name: 'Objects' });
  await search.getByLabel('State').selectOption('Skipped');
  await search.getByLabel('Reason').selectOption('Not named .pdf');
  await search.getByRole('button', { name: 'Show' }).press('Enter');
  await expect.poll(() => rows.count()).toBe(3);
  expect(await rows.allInnerTexts()).toEqual(
    Array.from({ length: 3 }, () => expect.stringContaining('.docx')),
  );
  expect(page.url()).toContain('state=skipped&reason=not_pdf');
  await page.reload();
  await expect.poll(() => rows.count()).toBe(3);

  await search.getByRole('button', { name: 'Clear' }).click();
  await rows.nth(24).waitFor();
  await search.getByLabel('Name begins with').fill(`${await inputPrefix(tenant, address)}de/report-000`);
  await page.keyboard.press('Enter');
  await expect.poll(() => rows.count()).toBe(3);
  await search.getByLabel('Found to').fill('2020-01-01');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Nothing fits' }).waitFor();
  await expectAccessibleEverywhere(page);
  await page.goBack();
  await expect.poll(() => rows.count()).toBe(3);
});

const inputPrefix = async (tenant: TestTenant, address: string): Promise<string> => {
  const id = address.split('/')[4] ?? '';
  const { body } = await call('GET', `/api/integrations/s3/${id}`, { token: tenant.owner.accessToken });
  return String(at(body, 'inputPrefix'));
};

test('shows what became of an object and why, and takes it up again at a price told before', async (context) => {
  const { tenant, id, address } = await seeded();
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`${address}?state=failed`);
  const name = page.getByRole('button', { name: 'de/report-0003.pdf' });
  await name.press('Enter');
  const drawer = page.getByRole('dialog', { name: 'report-0003.pdf' });
  await drawer.getByRole('heading', { name: 'History' }).waitFor();
  expect(await drawer.innerText()).toMatch(
    /password[^]*Your move[^]*Found[^]*Being processed[^]*Failed: Needs a password/,
  );
  await expectAccessibleEverywhere(page);
  await drawer.getByRole('button', { name: 'Process again' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Process again' });
  await dialog.getByRole('button', { name: 'Begin' }).waitFor();
  expect(await dialog.innerText()).toMatch(/1 object[^]*What it costs, estimated[^]*US\$/);
  await expectAccessibleEverywhere(page);
  await dialog.getByRole('button', { name: 'Begin' }).press('Enter');
  await sweepUntil(drawer.getByText('by a person'));
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
  await page.getByText('Processed again: 1 object taken up').waitFor();
  const { body } = await call('GET', `/api/integrations/s3/${id}/replays`, {
    token: tenant.owner.accessToken,
  });
  expect(at(body, 'items.0.filter.objectId')).toBeTypeOf('string');
});

test('takes up everything that failed, and nothing before it is asked for', async (context) => {
  const { tenant, id, address } = await seeded();
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(address);
  const replays = async () =>
    at(
      (await call('GET', `/api/integrations/s3/${id}/replays`, { token: tenant.owner.accessToken })).body,
      'items',
    );
  await page.getByRole('button', { name: 'Process again …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Process again' });
  await dialog.getByText('Everything that failed or was given up').waitFor();
  await dialog.getByText('6 objects').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await replays()).toEqual([]);
  await page.getByRole('button', { name: 'Process again …' }).click();
  await dialog.getByRole('button', { name: 'Begin' }).click();
  await sweepUntil(page.getByText('Processed again: 6 objects taken up'));
  // What is on its way cannot be begun anew.
  await page.goto(`${address}?state=queued`);
  await page.getByRole('search').waitFor();
  expect(await page.getByRole('button', { name: 'Process again …' }).count()).toBe(0);
});

test('stops what was to be taken up, with the keyboard, and says how far it came', async (context) => {
  const { tenant, id, address } = await seeded();
  // A paused integration's waits, whoever sweeps meanwhile.
  await sql.query(`update public.s3_integrations set status = 'paused' where id = $1`, [id]);
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(address);
  await page.getByRole('button', { name: 'Process again …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Process again' });
  await dialog.getByText('6 objects').waitFor();
  await dialog.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('button', { name: 'Stop' }).press('Enter');
  await page.getByText(/^Stopped: 0/).waitFor();
  await expectAccessibleEverywhere(page);
  const { body } = await call('GET', `/api/integrations/s3/${id}/replays`, {
    token: tenant.owner.accessToken,
  });
  expect(at(body, 'items.0')).toMatchObject({ status: 'cancelled', replayedObjects: 0 });
});

test('names the results of what was written back; a member may look, and take up nothing', async (context) => {
  const { tenant, address } = await seeded();
  const member = await addMember(inject('stack'), tenant, 'member');
  const { page } = await visit(context, { user: member });
  await page.goto(`${address}?state=written_back`);
  await page.getByRole('button', { name: 'report-0005.pdf' }).click();
  const drawer = page.getByRole('dialog', { name: 'report-0005.pdf' });
  await drawer.getByText('Results in your bucket').waitFor();
  expect(await drawer.innerText()).toMatch(/Accessible PDF[^]*HTML page[^]*report-0005\.pdf\.html/);
  expect(await page.getByRole('button', { name: /Process again/ }).count()).toBe(0);
});

test('says how accessible a document was and is, and what a person has to look at', async (context) => {
  const { tenant, id, address } = await seeded();
  const failures = [{ rule: '7.21.4.1-1', title: 'Fonts are embedded', count: 2 }];
  const report = {
    processor: 'test/1',
    title: 'Minutes of the meeting',
    language: 'en',
    characters: 12,
    notices: ['fonts_not_embedded', 'scanned_pages', 'title_from_heading'],
    noticePages: { scanned_pages: 12 },
    conformance: {
      before: {
        score: 41,
        failures: [{ rule: '7.1-11', title: 'There is a structure tree', count: 1 }, ...failures],
      },
      after: { score: 97, failures },
    },
  };
  await sql.query(
    `update public.s3_processed_objects set report = $2 where id = (
       select id from public.s3_processed_objects where integration_id = $1 and state = 'written_back' order by key limit 1)`,
    [id, JSON.stringify(report)],
  );
  const { rows } = await sql.query<{ key: string }>(
    'select key from public.s3_processed_objects where integration_id = $1 and report is not null',
    [id],
  );
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`${address}?prefix=${encodeURIComponent(rows[0]?.key ?? '')}`);
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader') });
  await row.getByText('97 of 100').waitFor();
  expect(await row.innerText()).toContain('41 before');
  const name = row.getByRole('button').first();
  await name.press('Enter');
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('heading', { name: 'Accessibility' }).waitFor();
  const text = await drawer.innerText();
  for (const said of [
    '41 of 100',
    '2 checks fail',
    '97 of 100',
    '1 check fails',
    'Minutes of the meeting',
    '12 pages are pictures without text',
  ])
    expect(text).toContain(said);
  await drawer.getByText('What still fails').press('Enter');
  await drawer.getByText('Fonts are embedded').waitFor();
  await drawer
    .getByText('A person has to make the PDF again with its fonts embedded', { exact: false })
    .waitFor();
  await expectAccessibleEverywhere(page);

  // Asked for again, it takes minutes: the drawer follows.
  await sql.query(
    `update public.s3_processed_objects set state = 'processing', lease_id = gen_random_uuid(), due_at = now() + interval '1 hour',
       progress = $2 where integration_id = $1 and report is not null`,
    [id, JSON.stringify({ step: 'recognising', pagesDone: 7, pages: 12 })],
  );
  await drawer.getByText('7 of 12 pages').waitFor();
  await drawer.getByText('Recognising text in pictures').waitFor();
  // Nothing of it is beyond the edge of a narrow window with a scrollbar.
  await page.setViewportSize(PHONE);
  await expect.poll(async () => (await drawer.boundingBox())?.x).toBeGreaterThanOrEqual(0);
});

/** One written back into a customer's own server: a page that would do harm if it could, and a PDF. */
const withResults = async (context: TestContext) => {
  const fake = await newServer(context);
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, {
    bucket: BUCKET,
    endpoint: fake.endpoint,
    region: 'us-east-1',
    credentials: FAKE_IDENTITY,
    inputPrefix: 'inbox/',
    outputPrefix: 'accessible/',
  });
  await setPoll(sql, id, {});
  const results = {
    pdf: { key: 'accessible/contract.pdf', body: '%PDF-1.7 accessible' },
    html: {
      key: 'accessible/contract.html',
      body: `<!DOCTYPE html><html lang="en"><head><title>Contract</title><style>h1{color:rgb(1,2,3)}</style></head>
        <body><h1>The contract</h1><script>document.title = 'It ran'</script></body></html>`,
    },
  };
  for (const { key, body } of Object.values(results)) {
    fake.bucket(BUCKET).put(key, Buffer.from(body), {}, Date.now());
  }
  await sql.query(
    `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, outputs, written_back_at)
     values ($1, $2, 'inbox/contract.pdf', 'etag', 100, 'poll', 'written_back', $3, now())`,
    [
      tenant.id,
      id,
      JSON.stringify(
        Object.entries(results).map(([kind, { key, body }]) => ({
          kind,
          key,
          etag: 'x',
          sizeBytes: body.length,
        })),
      ),
    ],
  );
  return { fake, tenant, results, address: `/settings/${tenant.id}/integrations/${id}/objects` };
};

test('opens the page that was written back, which can run nothing and reach nothing of ours, and saves the PDF', async (context) => {
  const { fake, tenant, results, address } = await withResults(context);
  const member = await addMember(inject('stack'), tenant, 'member');
  const { page, context: browser } = await visit(context, {
    user: member,
    isExpectedError: (text) => /Blocked script execution/.test(text),
  });
  await page.goto(address);
  await page.getByRole('button', { name: 'contract.pdf' }).press('Enter');
  const drawer = page.getByRole('dialog', { name: 'contract.pdf' });
  const open = drawer.getByRole('button', { name: /Open the page/ });
  await open.waitFor();
  await expectAccessibleEverywhere(page);
  const [shown] = await Promise.all([browser.waitForEvent('page'), open.press('Enter')]);
  const heading = shown.getByRole('heading', { name: 'The contract' });
  await heading.waitFor();
  expect(await shown.title()).toBe('Contract');
  expect(await heading.evaluate((element) => getComputedStyle(element).color)).toBe('rgb(1, 2, 3)');
  expect(await shown.evaluate(() => globalThis.origin)).toBe('null');
  // Nothing that was sent stands in the address, and nothing in the page that sent it.
  expect(new URL(shown.url()).search).toBe('');
  expect(await drawer.locator('input[name=access_token]').first().inputValue()).toBe('');
  await shown.close();

  const saved = Promise.withResolvers<Download>();
  page.on('download', saved.resolve);
  browser.on('page', (opened) => void opened.on('download', saved.resolve));
  await drawer.getByRole('button', { name: 'Save the PDF' }).press('Enter');
  const download = await saved.promise;
  expect(download.suggestedFilename()).toBe('contract.pdf');
  expect(await readFile(await download.path(), 'utf8')).toBe(results.pdf.body);

  fake.bucket(BUCKET).delete(results.html.key);
  const [gone] = await Promise.all([browser.waitForEvent('page'), open.press('Enter')]);
  await gone.getByRole('heading', { name: 'The result is not in your bucket any more' }).waitFor();
  expect(new URL(gone.url()).pathname).toBe('/problems/result_gone');
});
