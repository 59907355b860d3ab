import { call, newIntegration } from '@sluice/testkit/api-client';
import { openFakeAccount } from '@sluice/testkit/fake-cloudflare';
import { describe, expect, inject, test } from 'vitest';
import { connected, deliver, listening } from '../support/events.ts';
import { everythingIn } from '../support/kept.ts';
import { loseAnswer } from '../support/network.ts';
import { openSql, setPoll } from '../support/seeds.ts';
import { expectAccessibleEverywhere, useBrowser } from '../support/visit.ts';

const sql = openSql();
const visit = useBrowser();

test('another event secret is shown once and copied; the one before is valid until it is ended', async (context) => {
  const given = await connected(sql);
  const { tenant, id, address } = given;
  const before = await listening(given);
  const bucket = inject('stack').s3.buckets[0] ?? '';
  const isTaken = async (secret: string) => (await deliver(id, secret, bucket, 'elsewhere.pdf')).status;
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(address);
  const card = page.getByRole('region', { name: 'Event secret' });
  await card.getByRole('button', { name: 'Make a new one' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Your event secret' });
  const field = dialog.getByLabel('Event secret', { exact: true });
  const secret = await field.inputValue();
  expect(secret).toMatch(/^whsec_/);
  expect(secret).not.toBe(before);
  await dialog.getByRole('button', { name: 'Copy Event secret' }).press('Enter');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await dialog.getByRole('button', { name: 'I have stored it' }).press('Enter');
  await dialog.waitFor({ state: 'detached' });
  const rows = card.getByRole('listitem');
  await rows
    .filter({ hasText: 'The one before' })
    .getByText(/valid until/)
    .waitFor();
  await expectAccessibleEverywhere(page);
  const kept = await everythingIn(page);
  for (const one of [before, secret]) expect(kept).not.toContain(one);
  expect([await isTaken(before), await isTaken(secret)]).toEqual([200, 200]);

  await card.getByRole('button', { name: 'End it now' }).press('Enter');
  await rows.filter({ hasText: 'The one before' }).waitFor({ state: 'detached' });
  expect([await isTaken(before), await isTaken(secret)]).toEqual([401, 200]);
});

test('an event secret whose answer was lost is not made twice: where it was shown is said', async (context) => {
  const given = await connected(sql);
  const before = await listening(given);
  const { page } = await visit(context, { user: given.tenant.owner });
  await page.goto(given.address);
  const card = page.getByRole('region', { name: 'Event secret' });
  await loseAnswer(page, 'POST');
  await card.getByRole('button', { name: 'Make a new one' }).press('Enter');
  await card.getByText('No answer came from Sluice').waitFor();
  await card.getByRole('button', { name: 'Make a new one' }).press('Enter');
  await card.getByText('It was done, and its secret was shown in the first answer only').waitFor();
  // Made twice, the one that is still entered everywhere would not be valid any more.
  const bucket = inject('stack').s3.buckets[0] ?? '';
  expect((await deliver(given.id, before, bucket, 'elsewhere.pdf')).status).toBe(200);
});

test('hands out the rule of Backblaze B2, as a command and as a file, and where the secret goes', async (context) => {
  const { tenant, id, address } = await connected(sql, {
    provider: 'b2',
    bucket: `acme-${crypto.randomUUID().slice(0, 8)}`,
    region: 'us-west-004',
    endpoint: undefined,
  });
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(address);
  const card = page.getByRole('region', { name: 'Set it up at your provider' });
  await card.getByText(`/api/events/s3/${id}`).first().waitFor();
  await card.getByRole('tab', { name: 'Command line' }).press('Enter');
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await card.getByRole('button', { name: /^Copy Create the rule/ }).press('Enter');
  await expect.poll(copied).toContain('b2 bucket notification-rule create');
  await expectAccessibleEverywhere(page);
  await card.getByRole('tab', { name: 'By hand' }).press('Enter');
  await card.getByRole('button', { name: 'Copy sluice-event-rule.json' }).press('Enter');
  await expect.poll(copied).toContain('b2:ObjectCreated:*');
  await card.getByText(/replaces all rules of the bucket/).waitFor();
  await expectAccessibleEverywhere(page);
});

test('hands out what to set up for each provider, ready to be copied', async (context) => {
  const { tenant, address } = await connected(sql);
  const aws = await newIntegration(tenant, {
    provider: 'aws_key',
    bucket: `acme-${crypto.randomUUID().slice(0, 8)}`,
    region: 'eu-central-1',
    endpoint: undefined,
  });
  await setPoll(sql, aws, {});
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(address);
  await page.getByRole('heading', { name: 'Set it up at your provider' }).waitFor();
  await page.getByRole('tab', { name: 'MinIO' }).waitFor();
  await page.getByRole('tab', { name: 'Ceph' }).press('Enter');
  await page.getByText('sluice-topic.json').first().waitFor();
  await expectAccessibleEverywhere(page);
  await page.goto(`/settings/${tenant.id}/integrations/${aws}/events`);
  const terraform = page.getByRole('tab', { name: 'Terraform' });
  await terraform.press('Enter');
  await page.getByRole('button', { name: /^Copy .*\.tf/ }).press('Enter');
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toContain('aws_cloudwatch_event_rule');
  await page.getByRole('tab', { name: 'CloudFormation' }).waitFor();
  await expectAccessibleEverywhere(page);
});

describe('a bucket of R2', () => {
  const BUCKET = 'acme-documents';

  const onR2 = async () => {
    const [whole, part] = [`token-${crypto.randomUUID()}`, `token-${crypto.randomUUID()}`];
    const account = await openFakeAccount(inject('cloudflareUrl'), {
      buckets: [BUCKET],
      tokens: { [whole]: ['queues', 'r2', 'scripts'], [part]: ['queues', 'r2'] },
    });
    const given = await connected(sql, {
      provider: 'r2',
      bucket: BUCKET,
      accountId: account.id,
      endpoint: undefined,
      region: undefined,
    });
    return { ...given, account, whole, part };
  };

  test('sets the receiver up with a pasted token, says what failed, goes on, and takes it back; the token stays nowhere', async (context) => {
    const { tenant, address, account, whole, part } = await onR2();
    const { page } = await visit(context, { user: tenant.owner });
    await page.goto(address);
    const token = page.getByLabel('API token');
    await token.waitFor();
    expect(await page.getByLabel('Account id').inputValue()).toBe(account.id);
    await token.fill('short');
    await page.keyboard.press('Enter');
    await page
      .getByText(/Too small|at least|characters/)
      .first()
      .waitFor();
    const steps = page.getByRole('list', { name: 'Steps', exact: true }).getByRole('listitem');
    await token.fill(part);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The receiver is not whole yet' }).waitFor();
    await steps.filter({ hasText: 'The queue for notifications: done' }).waitFor();
    const failed = steps.filter({ hasText: 'The Worker, with an event secret: failed' });
    expect(await failed.innerText()).toContain('Your move');
    await expectAccessibleEverywhere(page);

    await token.fill(whole);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The receiver is set up' }).waitFor();
    await page.getByText('Revoke it in Cloudflare now').waitFor();
    expect(await steps.filter({ hasText: ': done' }).count()).toBe(6);
    expect(Object.keys((await account.read()).scripts)).toHaveLength(1);
    await expectAccessibleEverywhere(page);
    const kept = await everythingIn(page);
    for (const secret of [whole, part, 'whsec_']) expect(kept).not.toContain(secret);

    const secrets = async () => Object.values((await account.read()).scripts).map((script) => script.secrets);
    const before = await secrets();
    await token.fill(whole);
    await page.getByRole('button', { name: 'Set it up with a new secret' }).press('Enter');
    await steps.filter({ hasText: 'The Worker is uploaded, with a new event secret.' }).waitFor();
    expect(await secrets()).not.toEqual(before);

    for (const said of ['The receiver is removed', 'There is no receiver in this account']) {
      await token.fill(whole);
      await page.getByRole('button', { name: 'Take it back' }).press('Enter');
      await page.getByRole('heading', { name: said }).waitFor();
      expect(await secrets()).toEqual([]);
    }
  });

  test('goes on with the receiver as soon as it says how it came out, whatever else the page still asks for', async (context) => {
    const { tenant, address, whole } = await onR2();
    const { page } = await visit(context, { user: tenant.owner });
    await page.goto(address);
    const token = page.getByLabel('API token');
    await token.waitFor();
    const asked = Promise.withResolvers<void>();
    await page.route('**/event-secret', async (route) => {
      await asked.promise;
      await route.continue();
    });
    await token.fill(whole);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The receiver is set up' }).waitFor();
    await token.fill(whole);
    await page.getByRole('button', { name: 'Take it back' }).press('Enter');
    await page.getByRole('heading', { name: 'The receiver is removed' }).waitFor();
    asked.resolve();
  });

  test('says that the receiver needs the secret that was made, and stays when the integration is deleted', async (context) => {
    const given = await onR2();
    await call('POST', `${given.path}/event-secret`, { token: given.tenant.owner.accessToken });
    const { page } = await visit(context, { user: given.tenant.owner });
    await page.goto(given.address);
    await page.getByRole('button', { name: 'Make a new one' }).press('Enter');
    await page.getByRole('dialog').getByText('Your receiver on Cloudflare needs it').waitFor();
    await expectAccessibleEverywhere(page);
    await page.goto(given.address.replace(/events$/, 'settings'));
    await page.getByRole('button', { name: 'Delete it …' }).press('Enter');
    await page.getByRole('dialog').getByText('A receiver in your Cloudflare account stays').waitFor();
  });

  test('hands the receiver out as an archive, as files, and with the four commands', async (context) => {
    const { tenant, address } = await onR2();
    const { page } = await visit(context, { user: tenant.owner });
    await page.goto(address);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download it (zip)' }).press('Enter'),
    ]);
    expect(download.suggestedFilename()).toMatch(/^sluice-.*\.zip$/);
    const bytes: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) bytes.push(chunk as Buffer);
    expect(Buffer.concat(bytes).subarray(0, 2).toString()).toBe('PK');
    const commands = page.getByRole('region', { name: 'In its folder, in this order' });
    expect(await commands.getByRole('listitem').count()).toBe(4);
    await page.getByRole('tab', { name: 'wrangler.toml' }).press('Enter');
    await page.getByRole('button', { name: 'Copy wrangler.toml' }).press('Enter');
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toContain('SLUICE_EVENTS_URL');
    await page.getByText('Remove it again').press('Enter');
    await page.getByRole('button', { name: 'Copy Commands that take everything back' }).waitFor();
    await expectAccessibleEverywhere(page);
  });
});
