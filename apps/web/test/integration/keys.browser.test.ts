import { createTenant } from '@sluice/testkit';
import { at, call, newIntegration } from '@sluice/testkit/api-client';
import { expect, inject, test } from 'vitest';
import { openSql, setPoll } from '../support/seeds.ts';
import { expectAccessibleEverywhere, useBrowser } from '../support/visit.ts';

const sql = openSql();
const visit = useBrowser();

test('a key that is refused changes nothing; one that passes is used, and the old one gone back to; none stays in the page', async (context) => {
  const stack = inject('stack');
  const tenant = await createTenant(stack);
  const id = await newIntegration(tenant, { name: 'Contracts' });
  await setPoll(sql, id, {});
  const state = async () =>
    at(
      (await call('GET', `/api/integrations/s3/${id}/credentials`, { token: tenant.owner.accessToken })).body,
      'rotation.state',
    );
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(`/settings/${tenant.id}/integrations/${id}/keys`);
  const enter = async (secret: string) => {
    await page.getByLabel('Access key id').fill(stack.s3.accessKeyId);
    await page.getByLabel('Secret access key').fill(secret);
    await page.keyboard.press('Enter');
  };
  const wrong = `wrong-${crypto.randomUUID()}`;
  await enter(wrong);
  const refused = page.getByRole('alert').filter({ hasText: 'The new key was refused' });
  await refused.waitFor();
  expect(await refused.innerText()).toContain('Your move');
  expect(await state()).toBe('refused');
  await expectAccessibleEverywhere(page);

  await enter(stack.s3.secretAccessKey);
  await page.getByRole('heading', { name: 'The key before' }).waitFor();
  await page.getByText('Do not delete it yet').waitFor();
  expect(await state()).toBe('overlapping');
  await expectAccessibleEverywhere(page);
  const kept = await page.evaluate(() => {
    const values = [...document.querySelectorAll('input')].map(({ value }) => value);
    return document.documentElement.outerHTML + values.join() + JSON.stringify(Object.entries(localStorage));
  });
  expect(kept).not.toContain(wrong);
  expect(kept).not.toContain(stack.s3.secretAccessKey);

  await page.getByRole('button', { name: 'Go back to it' }).press('Enter');
  await expect.poll(state).toBe('cancelled');
});
