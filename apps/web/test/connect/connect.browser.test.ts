import { addMember, createTenant } from '@sluice/testkit';
import { FAKE_IDENTITY, faults } from '@sluice/testkit/fake-s3';
import type { Locator, Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { BUCKET, newServer } from '../support/customer.ts';
import { everythingIn } from '../support/kept.ts';
import { expectAccessibleEverywhere, PHONE, useBrowser } from '../support/visit.ts';

const visit = useBrowser();
const { accessKeyId, secretAccessKey } = FAKE_IDENTITY;

const checkOf = (page: Page, text: string): Locator =>
  page.getByRole('list', { name: 'Checks' }).getByRole('listitem').filter({ hasText: text });

const toProvider = async (page: Page, tenantId: string, provider: string) => {
  await page.goto(`/settings/${tenantId}/integrations/connect`);
  await page.getByRole('radio', { name: provider }).check();
};

test('a newcomer connects a first bucket in at most 12 interactions and 2 pastes, and no secret stays', async (context) => {
  const fake = await newServer(context);
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner });
  let interactions = 0;
  let pastes = 0;
  const click = async (what: Locator) => {
    interactions += 1;
    await what.click();
  };
  const type = async (what: Locator, text: string) => {
    interactions += 1;
    await what.fill(text);
  };
  const paste = async (what: Locator, text: string) => {
    interactions += 1;
    pastes += 1;
    await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await what.focus();
    await page.keyboard.press('Control+V');
  };

  await page.goto(`/settings/${tenant.id}/integrations`);
  await click(page.getByRole('link', { name: 'Connect a bucket' }));
  await page.getByRole('heading', { level: 1, name: 'Connect a bucket' }).waitFor();
  await expectAccessibleEverywhere(page);
  await click(page.getByRole('radio', { name: 'Another S3 server' }));
  await type(page.getByLabel('Bucket', { exact: true }), BUCKET);
  await type(page.getByLabel('Endpoint'), fake.endpoint);
  await expectAccessibleEverywhere(page);
  await click(page.getByRole('button', { name: 'Continue' }));

  const policy = page.getByRole('group', { name: /policy/i });
  await policy.waitFor();
  expect(await policy.innerText()).toContain('s3:ListBucket');
  await expectAccessibleEverywhere(page);
  await click(page.getByRole('button', { name: /^Copy .*policy/i }).first());
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('s3:PutObject');
  const secret = page.getByLabel('Secret access key');
  expect(await secret.getAttribute('type')).toBe('password');
  expect(await secret.getAttribute('autocomplete')).toBe('off');
  await paste(page.getByLabel('Access key id'), accessKeyId);
  await paste(secret, secretAccessKey);
  await click(page.getByRole('button', { name: 'Save and test' }));

  const checks = page.getByRole('list', { name: 'Checks' });
  await checks.getByText('Results can be written').waitFor();
  await page.getByText('4 objects listed. Nothing was changed.').waitFor();
  expect(await page.getByText('To be processed').locator('..').innerText()).toMatch(/3/);
  expect(await page.getByText('Not processed', { exact: true }).locator('..').innerText()).toMatch(/1/);
  expect(await page.getByText('Costs of processing').locator('..').innerText()).toMatch(/US\$0\.\d+/);
  const kept = await everythingIn(page);
  expect(kept).not.toContain(secretAccessKey);
  expect(kept).not.toContain(accessKeyId);
  await expectAccessibleEverywhere(page);
  await click(page.getByRole('button', { name: 'Start' }));
  await page
    .getByRole('listitem')
    .filter({ hasText: BUCKET })
    .getByText(/First look|Working/)
    .waitFor();
  expect(await everythingIn(page)).not.toContain(secretAccessKey);
  expect({ interactions, pastes }).toEqual({ interactions: 10, pastes: 2 });
});

test('with the keyboard alone, from the list to the start', async (context) => {
  const fake = await newServer(context);
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner });
  const { keyboard } = page;
  /** Tab by Tab, as a person would, to what they look for. */
  const tabTo = async (what: Locator) => {
    await what.waitFor();
    for (let steps = 0; steps < 40; steps += 1) {
      if (await what.evaluate((element) => element === document.activeElement)) return;
      await keyboard.press('Tab');
    }
    throw new Error(`never reached ${String(what)}`);
  };
  await page.goto(`/settings/${tenant.id}/integrations`);
  await tabTo(page.getByRole('link', { name: 'Connect a bucket' }));
  await keyboard.press('Enter');
  await tabTo(page.getByRole('radio').first());
  // The last of five: arrows move among radio buttons.
  await keyboard.press('ArrowUp');
  await page.getByLabel('Endpoint').waitFor();
  await tabTo(page.getByLabel('Bucket', { exact: true }));
  await keyboard.type(BUCKET);
  await tabTo(page.getByLabel('Endpoint'));
  await keyboard.type(fake.endpoint);
  await keyboard.press('Enter');
  await tabTo(page.getByRole('tab').first());
  await keyboard.press('ArrowRight');
  expect(await page.getByRole('tab').nth(1).getAttribute('aria-selected')).toBe('true');
  await tabTo(page.getByLabel('Access key id'));
  await keyboard.type(accessKeyId);
  await keyboard.press('Tab');
  await keyboard.type(secretAccessKey);
  await keyboard.press('Enter');
  await page.getByText('4 objects listed. Nothing was changed.').waitFor();
  await tabTo(page.getByRole('button', { name: 'Start' }));
  await keyboard.press('Enter');
  await page
    .getByRole('listitem')
    .filter({ hasText: BUCKET })
    .getByText(/First look|Working/)
    .waitFor();
});

test('a check that fails says whose move it is and what to do; it is mended without entering the key again', async (context) => {
  const fake = await newServer(context);
  fake.addFault(faults.only({ operation: 'PutObject' }, faults.denies('s3:PutObject')));
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner, viewport: PHONE });
  await toProvider(page, tenant.id, 'Another S3 server');
  await page.getByLabel('Bucket', { exact: true }).fill(BUCKET);
  await page.getByLabel('Endpoint').fill(fake.endpoint);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Access key id').fill(accessKeyId);
  await page.getByLabel('Secret access key').fill(secretAccessKey);
  await page.getByRole('button', { name: 'Save and test' }).click();
  const failed = checkOf(page, 'Results can be written: failed');
  await failed.waitFor();
  expect(await failed.innerText()).toMatch(
    /Your move, at your storage provider[^]*s3:PutObject[^]*AccessDenied/,
  );
  await failed.getByRole('button', { name: 'Copy Statement' }).waitFor();
  expect(await page.getByRole('button', { name: 'Start' }).count()).toBe(0);
  await expectAccessibleEverywhere(page);
  // Left and come back to, by way of the list, it goes on where it was.
  await page.goto(`/settings/${tenant.id}/integrations`);
  await page.getByText('Not connected yet').waitFor();
  await page.getByRole('link', { name: BUCKET }).click();
  await failed.waitFor();
  fake.clearFaults();
  await page.getByRole('button', { name: 'Test again' }).click();
  await page.getByRole('button', { name: 'Start' }).waitFor();
});

test('each check is shown when it has ended, while the next is being tried', async (context) => {
  const fake = await newServer(context);
  const { promise: mayWrite, resolve: letWrite } = Promise.withResolvers<undefined>();
  fake.addFault(faults.only({ operation: 'PutObject' }, faults.waits(mayWrite)));
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner });
  await toProvider(page, tenant.id, 'Another S3 server');
  await page.getByLabel('Bucket', { exact: true }).fill(BUCKET);
  await page.getByLabel('Endpoint').fill(fake.endpoint);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Access key id').fill(accessKeyId);
  await page.getByLabel('Secret access key').fill(secretAccessKey);
  await page.getByRole('button', { name: 'Save and test' }).click();
  await checkOf(page, 'The folder can be listed: passed').waitFor();
  await checkOf(page, 'Results can be written …: being tried').waitFor();
  await checkOf(page, "The test's own files can be deleted: not tried yet").waitFor();
  const bar = page.getByRole('progressbar', { name: 'Checks that have ended' });
  expect(await bar.getAttribute('aria-valuetext')).toMatch(/^[1-9] of 1\d checks have ended$/);
  expect(await page.getByRole('list', { name: 'Checks' }).getAttribute('aria-busy')).toBe('true');
  letWrite(undefined);
  await checkOf(page, 'Results can be written: passed').waitFor();
  await page
    .getByRole('status')
    .filter({ hasText: 'The connection test passed.' })
    .waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Start' }).waitFor();
});

test('a wrong key is replaced by another', async (context) => {
  const fake = await newServer(context);
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner });
  await toProvider(page, tenant.id, 'Another S3 server');
  await page.getByLabel('Bucket', { exact: true }).fill(BUCKET);
  await page.getByLabel('Endpoint').fill(fake.endpoint);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Access key id').fill('NOBODY');
  await page.getByLabel('Secret access key').fill('none');
  await page.getByRole('button', { name: 'Save and test' }).click();
  await checkOf(page, 'We are let in: failed').waitFor();
  await page.getByRole('button', { name: 'Enter another key' }).click();
  await page.getByLabel('Access key id').fill(accessKeyId);
  await page.getByLabel('Secret access key').fill(secretAccessKey);
  await page.getByRole('button', { name: 'Test this key' }).click();
  await page.getByRole('button', { name: 'Start' }).waitFor();
  expect(await everythingIn(page)).not.toContain(secretAccessKey);
});

test.for<[string, Record<string, string>, string[]]>([
  [
    'Amazon S3, by role',
    { Region: 'eu-central-1', 'AWS account number': '123456789012' },
    ['CloudFormation', 'Terraform'],
  ],
  ['Amazon S3, by key', { Region: 'eu-central-1' }, ['Policy']],
  ['Cloudflare R2', { 'Account id': '0123456789abcdef0123456789abcdef' }, ['Token request', 'Commands']],
  ['Backblaze B2', { Region: 'us-west-004' }, ['Commands']],
])('shows what to allow, before it asks for a key: %s', async ([provider, fields, tabs], context) => {
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner });
  await toProvider(page, tenant.id, provider);
  await page.getByLabel('Bucket', { exact: true }).fill('acme-contracts');
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  await page.getByRole('button', { name: 'Continue' }).click();
  for (const tab of tabs) await page.getByRole('tab', { name: tab }).click();
  await expectAccessibleEverywhere(page);
  if (provider === 'Amazon S3, by role') {
    const link = page.getByRole('link', { name: /Create the role in the AWS console/ });
    expect(await link.getAttribute('href')).toMatch(/^https:\/\/[\w.-]*console\.aws\.amazon\.com\//);
    expect(await link.getAttribute('rel')).toContain('noreferrer');
    expect(await page.getByLabel('Secret access key').count()).toBe(0);
    await page.getByRole('button', { name: 'The role is there: test it' }).waitFor();
  } else expect(await page.locator('input[type=password]').getAttribute('autocomplete')).toBe('off');
});

test('what the API refuses of a bucket is said at its field', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner });
  await toProvider(page, tenant.id, 'Cloudflare R2');
  await page.getByLabel('Bucket', { exact: true }).fill('s3://not a bucket');
  await page.getByLabel('Account id').fill('0123456789abcdef0123456789abcdef');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Enter the bucket name alone').waitFor();
  expect(await page.getByLabel('Bucket', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  await expectAccessibleEverywhere(page);
});

test('who may not connect is told who may', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const member = await addMember(inject('stack'), tenant, 'member');
  const { page } = await visit(context, { user: member });
  await page.goto(`/settings/${tenant.id}/integrations`);
  await page.getByRole('heading', { name: 'No bucket is connected yet' }).waitFor();
  expect(await page.getByRole('link', { name: 'Connect a bucket' }).count()).toBe(0);
  await page.goto(`/settings/${tenant.id}/integrations/connect`);
  await page.getByRole('heading', { name: 'Connecting takes an admin' }).waitFor();
  await expectAccessibleEverywhere(page);
});
