import { createServer } from 'node:http';
import { addMember, createTenant } from '@sluice/testkit';
import { at, call, newIntegration } from '@sluice/testkit/api-client';
import { expect, inject, type TestContext, test } from 'vitest';
import { openSql, setPoll } from './support/seeds.ts';
import { expectAccessibleEverywhere, useBrowser } from './support/visit.ts';

const sql = openSql();
const visit = useBrowser();

/** A customer's server that takes what is posted to it. */
const newReceiver = async ({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) => {
  const taken: string[] = [];
  let status = 204;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      taken.push(String(request.headers['webhook-signature']));
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/sluice`,
    taken,
    answer: (next: number) => {
      status = next;
    },
  };
};

test('a server is added, its secret shown once; tested, paused, given another secret, told of an integration, and deleted', async (context) => {
  const receiver = await newReceiver(context);
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, {});
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/notifications`);
  await page.getByRole('heading', { name: 'Nobody is told yet' }).waitFor();
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: 'Add a server' }).press('Enter');
  await page.getByLabel('Name').fill('Archive server');
  await page.getByLabel('Address').fill('https://ada:secret@hooks.example.com/');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await expectAccessibleEverywhere(page);
  await page.getByLabel('Address').fill(receiver.url);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Your signing secret' });
  const secret = await dialog.getByLabel('Signing secret', { exact: true }).inputValue();
  expect(secret).toMatch(/^whsec_/);
  await expectAccessibleEverywhere(page);
  await dialog.getByRole('button', { name: 'I have stored it' }).press('Enter');
  await dialog.waitFor({ state: 'detached' });
  const item = page.getByRole('listitem', { name: 'Archive server' });
  await item.waitFor();
  expect(await page.content()).not.toContain(secret);

  await item.getByRole('button', { name: 'Send a test' }).press('Enter');
  await item.getByText(/Your server took the test, in \d+ ms/).waitFor();
  expect(receiver.taken.length).toBeGreaterThan(0);
  await item.getByText('What was sent last').click();
  await item.getByRole('list', { name: 'Sent last' }).getByText('Test event').waitFor();
  await expectAccessibleEverywhere(page);
  receiver.answer(500);
  await item.getByRole('button', { name: 'Send a test' }).press('Enter');
  await item.getByText('Your server did not take the test: 500.').waitFor();

  await item.getByRole('button', { name: 'Pause' }).press('Enter');
  await item.getByText('Nothing is sent; events wait for 30 days.').waitFor();
  await item.getByRole('button', { name: 'Take it up again' }).press('Enter');
  await item.getByRole('button', { name: 'Pause' }).waitFor();
  await item.getByRole('button', { name: 'Make a new secret' }).press('Enter');
  const another = await dialog.getByLabel('Signing secret', { exact: true }).inputValue();
  expect(another).not.toBe(secret);
  await dialog.getByRole('button', { name: 'I have stored it' }).press('Enter');
  await item.getByText(/the secret before signs too until/).waitFor();
  await item.getByRole('button', { name: 'Edit' }).press('Enter');
  await item.getByLabel('Name').fill('Archive');
  await page.keyboard.press('Enter');
  const renamed = page.getByRole('listitem', { name: 'Archive', exact: true });
  await renamed.waitFor();

  await page.goto(`/settings/${tenant.id}/integrations/${id}/settings`);
  await page.getByLabel('Server', { exact: true }).selectOption('Archive');
  await page.getByRole('button', { name: 'Save who is told' }).press('Enter');
  const told = async () =>
    at(
      (
        await call('GET', `/api/integrations/s3/${id}/notification-target`, {
          token: tenant.owner.accessToken,
        })
      ).body,
      'targetId',
    );
  await expect.poll(told).toBeTypeOf('string');

  await page.goto(`/settings/${tenant.id}/notifications`);
  await renamed.getByRole('button', { name: 'Delete …' }).press('Enter');
  await page.getByRole('dialog', { name: 'Delete Archive?' }).getByText('tell nobody from now on').waitFor();
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: 'Delete it' }).press('Enter');
  await page.getByRole('heading', { name: 'Nobody is told yet' }).waitFor();
  expect(await told()).toBe(null);
});

test('a member sees who is told, and changes nothing', async (context) => {
  const tenant = await createTenant(inject('stack'));
  await call('POST', '/api/notification-targets', {
    token: tenant.owner.accessToken,
    body: { tenantId: tenant.id, name: 'Archive server', url: 'https://hooks.example.com/sluice' },
  });
  const member = await addMember(inject('stack'), tenant, 'member');
  const { page } = await visit(context, { user: member });
  await page.goto(`/settings/${tenant.id}/notifications`);
  await page.getByRole('listitem', { name: 'Archive server' }).waitFor();
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
});
