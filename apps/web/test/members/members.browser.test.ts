import { addMember, createTenant, createUser, type TestTenant } from '@sluice/testkit';
import { at, call } from '@sluice/testkit/api-client';
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { expectAccessibleEverywhere, useBrowser } from '../support/visit.ts';

const visit = useBrowser();

const read = async (tenant: TestTenant, below: string) =>
  (await call('GET', `/api/tenants/${tenant.id}/${below}`, { token: tenant.owner.accessToken })).body;

const open = async (page: Page, tenant: TestTenant) => {
  await page.goto(`/settings/${tenant.id}/members`);
  await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor();
};

/** What a page and its storage still hold. */
const keptIn = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const values = [...document.querySelectorAll('input')].map(({ value }) => value);
    return document.documentElement.outerHTML + values.join() + JSON.stringify(Object.entries(localStorage));
  });

test('invites somebody with the keyboard alone; the link is shown once, renewed, and revoked', async (context) => {
  const tenant = await createTenant(inject('stack'), { name: 'Acme Publishing' });
  const email = `grace-${crypto.randomUUID().slice(0, 8)}@example.test`;
  const { page } = await visit(context, { user: tenant.owner });
  await open(page, tenant);
  await page.getByText('Nobody is invited at the moment.').waitFor();
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: 'Invite somebody' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Invite somebody to Acme Publishing' });
  await dialog.getByLabel('Email').focus();
  await page.keyboard.type('not an address');
  await page.keyboard.press('Enter');
  await dialog.getByText('Give one e-mail address.').waitFor();
  await expectAccessibleEverywhere(page);
  await dialog.getByLabel('Email').fill(email);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  expect(await dialog.getByRole('radio', { name: 'Admin' }).isChecked()).toBe(true);
  await page.keyboard.press('Enter');
  const shown = page.getByRole('dialog', { name: 'The link for the invitation' });
  const link = await shown.getByLabel('Link', { exact: true }).inputValue();
  expect(link).toMatch(/\/invitation#slinv_[\w-]{43}$/);
  await expectAccessibleEverywhere(page);
  await shown.getByRole('button', { name: 'Copy Link' }).press('Enter');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  await shown.getByRole('button', { name: 'I have copied it' }).press('Enter');
  await shown.waitFor({ state: 'detached' });
  expect(await keptIn(page)).not.toContain(link.split('#')[1]);
  const row = page.getByRole('table', { name: 'Pending invitations' }).getByRole('row', { name: email });
  await row.waitFor();
  expect(await row.innerText()).toMatch(/Admin/);
  await expectAccessibleEverywhere(page);

  await page.getByRole('button', { name: `New link for ${email}` }).press('Enter');
  await shown.waitFor();
  expect(await shown.getByLabel('Link', { exact: true }).inputValue()).not.toBe(link);
  await page.keyboard.press('Escape');
  await shown.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: `Revoke the invitation of ${email}` }).press('Enter');
  await page.getByRole('button', { name: 'Revoke it' }).press('Enter');
  await page.getByText('Nobody is invited at the moment.').waitFor();
  expect(at(await read(tenant, 'invitations'), 'items')).toEqual([]);
});

test('changes a role, removes a member, and says why the last owner stays', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const { email } = await addMember(inject('stack'), tenant, 'member');
  const { page } = await visit(context, { user: tenant.owner });
  await open(page, tenant);
  const row = page.getByRole('table', { name: 'Members' }).getByRole('row', { name: email });
  await page.getByRole('button', { name: `Change role of ${email}` }).press('Enter');
  await page.getByRole('dialog').getByText('Admin', { exact: true }).click();
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: 'Change the role', exact: true }).press('Enter');
  await row.getByRole('cell', { name: 'Admin' }).waitFor();
  expect(at(await read(tenant, 'members'), 'items.1.role')).toBe('admin');

  await page.getByRole('button', { name: 'Leave this tenant' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).press('Enter');
  await page.getByRole('alert').filter({ hasText: 'A tenant needs an owner' }).waitFor();
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: 'Stay' }).press('Enter');

  await page.getByRole('button', { name: `Remove ${email}` }).press('Enter');
  await page.getByText('Buckets they connected go on').waitFor();
  await page.getByRole('button', { name: 'Remove them' }).press('Enter');
  await row.waitFor({ state: 'detached' });
  expect(at(await read(tenant, 'members'), 'items.length')).toBe(1);
});

test('a member sees who there is and may leave, and nothing else; what somebody changed meanwhile is not overwritten', async (context) => {
  const stack = inject('stack');
  const tenant = await createTenant(stack);
  const member = await addMember(stack, tenant, 'member');
  const { page } = await visit(context, { user: member });
  await open(page, tenant);
  await page.getByRole('button', { name: 'Leave this tenant' }).waitFor();
  expect(await page.getByRole('button', { name: 'Invite somebody' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: /Change role|Remove/ }).count()).toBe(0);
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: 'Leave this tenant' }).press('Enter');
  await call('PATCH', `/api/tenants/${tenant.id}/members/${member.id}`, {
    token: tenant.owner.accessToken,
    body: { role: 'admin' },
  });
  await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).press('Enter');
  await page.getByRole('alert').filter({ hasText: 'Somebody else changed it meanwhile' }).waitFor();
  await page.getByRole('button', { name: 'Stay' }).press('Enter');
  await page.getByRole('button', { name: 'Invite somebody' }).waitFor();
  await page.getByRole('button', { name: 'Leave this tenant' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).press('Enter');
  await page.waitForURL(/\/integrations$/);
  await page.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
  expect(page.url()).not.toContain(tenant.id);
});

test('says that the members could not be read, and reads them when asked again', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const { page } = await visit(context, { user: tenant.owner });
  const refused = { status: 403, contentType: 'application/problem+json' };
  const problem = {
    code: 'forbidden',
    title: 'Your role does not allow this',
    owner: 'client',
    remedy: 'Ask.',
  };
  await page.route('**/members', (route) =>
    route.request().resourceType() === 'fetch'
      ? route.fulfill({ ...refused, body: JSON.stringify(problem) })
      : route.fallback(),
  );
  await open(page, tenant);
  await page.getByRole('alert').filter({ hasText: 'Your role does not allow this' }).waitFor();
  await page.unroute('**/members');
  await page.getByRole('button', { name: 'Try again' }).press('Enter');
  await page.getByRole('table', { name: 'Members' }).getByText(tenant.owner.email).waitFor();
});

const invite = async (tenant: TestTenant, email: string): Promise<string> => {
  const { body } = await call('POST', `/api/tenants/${tenant.id}/invitations`, {
    token: tenant.owner.accessToken,
    body: { email, role: 'admin' },
  });
  return new URL(String(at(body, 'acceptUrl'))).hash;
};

test('whoever is invited signs in, sees what it is, and accepts with the keyboard', async (context) => {
  const stack = inject('stack');
  const tenant = await createTenant(stack, { name: 'Acme Publishing' });
  const grace = await createUser(stack);
  const hash = await invite(tenant, grace.email);
  const { page } = await visit(context);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`/invitation${hash}`);
  await page.getByRole('heading', { name: 'You are invited' }).waitFor();
  await page.getByLabel('Email').fill(grace.email);
  await expectAccessibleEverywhere(page);
  await page.getByLabel('Password').fill(grace.password);
  await page.keyboard.press('Enter');
  const accept = page.getByRole('button', { name: 'Accept the invitation' });
  await accept.waitFor();
  await page.getByText(`${tenant.owner.email} invites you to Acme Publishing.`).waitFor();
  await expectAccessibleEverywhere(page);
  await accept.press('Enter');
  await page.waitForURL(`**/settings/${tenant.id}/integrations`);
  await page.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
  // In a body and nowhere else: addresses are logged.
  expect(asked.filter((url) => url.replace(/#.*/, '').includes('slinv_'))).toEqual([]);
  await page.goto(`/invitation${hash}`);
  await page.getByText('You are a member already.').waitFor();
});

test('the wrong account is told whose it is by a hint, and may be changed; a new account may be made', async (context) => {
  const stack = inject('stack');
  const tenant = await createTenant(stack, { name: 'Acme Publishing' });
  const email = `grace-${crypto.randomUUID().slice(0, 8)}@example.test`;
  const hash = await invite(tenant, email);
  const eve = await createUser(stack);
  const { page } = await visit(context, { user: eve });
  await page.goto(`/invitation${hash}`);
  await page.getByText('This invitation is for another address').waitFor();
  await page.getByText('It is for g…@e….test.').waitFor();
  const text = await page.locator('main').innerText();
  expect(text).not.toContain('Acme');
  expect(text).not.toContain(email);
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: 'Use another account' }).press('Enter');
  await page.getByRole('button', { name: 'I have no account yet' }).press('Enter');
  await page.getByText('Make your account with the address').waitFor();
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(crypto.randomUUID());
  await expectAccessibleEverywhere(page);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Accept the invitation' }).press('Enter');
  await page.waitForURL(`**/settings/${tenant.id}/integrations`);
});

test('a new account whose address has to be confirmed first is told where the message went', async (context) => {
  const tenant = await createTenant(inject('stack'));
  const email = `grace-${crypto.randomUUID().slice(0, 8)}@example.test`;
  const hash = await invite(tenant, email);
  const { page } = await visit(context);
  // What Supabase Auth answers where addresses are confirmed: a user, and no session. The local one confirms by itself.
  await page.route('**/auth/v1/signup', (route) =>
    route.fulfill({
      json: { id: crypto.randomUUID(), email, confirmation_sent_at: new Date().toISOString() },
    }),
  );
  await page.goto(`/invitation${hash}`);
  await page.getByRole('button', { name: 'I have no account yet' }).press('Enter');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(crypto.randomUUID());
  await page.keyboard.press('Enter');
  const told = page.getByRole('status').filter({ hasText: 'We sent a message to' });
  await told.waitFor();
  expect(await told.innerText()).toContain(email);
  expect(await told.innerText()).toContain('Then open this invitation again.');
  await expectAccessibleEverywhere(page);
  // Nobody is signed in by it.
  await page.reload();
  await page.getByText('Sign in with the address the invitation is for.').waitFor();
});

test('an invitation that was revoked, or whose link was renewed, says so in words', async (context) => {
  const stack = inject('stack');
  const tenant = await createTenant(stack);
  const grace = await createUser(stack);
  const hash = await invite(tenant, grace.email);
  const token = tenant.owner.accessToken;
  const path = `/api/tenants/${tenant.id}/invitations/${String(at(await read(tenant, 'invitations'), 'items.0.id'))}`;
  const renewed = await call('POST', `${path}/renew`, { token });
  const { page } = await visit(context, { user: grace });
  await page.goto(`/invitation${hash}`);
  await page.getByText('There is no such invitation').waitFor();
  await expectAccessibleEverywhere(page);
  await call('DELETE', path, { token });
  // Another link in the same tab.
  await page.goto(`/invitation${new URL(String(at(renewed.body, 'acceptUrl'))).hash}`);
  await page.getByText('This invitation was taken back').waitFor();
});

test('a link that is not whole says so', async (context) => {
  const { page } = await visit(context);
  await page.goto('/invitation#slinv_half');
  await page.getByText('This link is not whole').waitFor();
  await expectAccessibleEverywhere(page);
});
