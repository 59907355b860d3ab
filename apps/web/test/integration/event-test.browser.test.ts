import { at, call } from '@sluice/testkit/api-client';
import { expect, inject, test } from 'vitest';
import { connected, deliver, listening } from '../support/events.ts';
import { openSql } from '../support/seeds.ts';
import { expectAccessibleEverywhere, useBrowser } from '../support/visit.ts';

const sql = openSql();
const visit = useBrowser();

test('sends a test event and shows each step of its way, with the keyboard alone', async (context) => {
  const given = await connected(sql);
  const { tenant, id, path, address } = given;
  const secret = await listening(given);
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(address);
  await page.getByRole('button', { name: 'Send a test event' }).press('Enter');
  await page.getByRole('heading', { name: 'Waiting for the event' }).waitFor();
  const steps = page.getByRole('list', { name: 'Steps of the test' }).getByRole('listitem');
  await steps.filter({ hasText: 'A test object is put into your folder: done' }).waitFor();
  await steps.filter({ hasText: 'its signature is right: waiting' }).waitFor();
  await expectAccessibleEverywhere(page);
  const { body } = await call('GET', `${path}/events/test`, { token: tenant.owner.accessToken });
  const delivered = await deliver(id, secret, inject('stack').s3.buckets[0] ?? '', String(at(body, 'key')));
  expect(delivered.status, await delivered.text()).toBe(200);
  await page.getByRole('heading', { name: /^Events arrive/ }).waitFor();
  await steps.filter({ hasText: 'its signature is right: done' }).waitFor();
  await steps.filter({ hasText: 'It is recorded: done' }).waitFor();
  await expectAccessibleEverywhere(page);
});

test('says where to look when no event comes, tests our part alone, and says in a sentence what was refused', async (context) => {
  const given = await connected(sql);
  const { tenant, id, path, address } = given;
  await listening(given);
  const token = tenant.owner.accessToken;
  await call('POST', `${path}/events/test`, { token, body: {} });
  // As the sweep leaves it when the time is over.
  await sql.query(
    `update public.s3_event_tests set started_at = now() - interval '90 seconds', written_at = now() - interval '89 seconds',
       removed_at = now(), ended_at = now() where integration_id = $1`,
    [id],
  );
  await deliver(id, `whsec_${btoa('x'.repeat(32))}`, 'any', 'any.pdf');
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(address);
  await page.getByRole('heading', { name: 'The event did not arrive' }).waitFor();
  await page.getByText('See that the notification of the bucket covers the input folder').waitFor();
  await page.getByText('1 event refused:').waitFor();
  await expectAccessibleEverywhere(page);
  await page.getByRole('button', { name: 'Test our part alone' }).press('Enter');
  await page.getByRole('heading', { name: 'Events arrive' }).waitFor();
  await page.getByText('That proves our part alone, not what sends your events.').waitFor();
});

test('does not blame the events for a test that an edit overtook, and shows the end of it', async (context) => {
  const given = await connected(sql);
  const { tenant, id, path, address } = given;
  await listening(given);
  const token = tenant.owner.accessToken;
  await call('POST', `${path}/events/test`, { token, body: {} });
  await call('PATCH', path, { token, body: { status: 'paused' } });
  const { page } = await visit(context, { user: tenant.owner });
  await page.goto(address);
  await page.getByRole('heading', { name: 'The integration was changed after the test had begun' }).waitFor();
  await page.getByText('That says nothing of your events').waitFor();
  expect(await page.getByText('did not arrive').count()).toBe(0);
  await expectAccessibleEverywhere(page);
  await call('PATCH', path, { token, body: { status: 'active' } });
  await page.reload();
  // As the sweep leaves it.
  await page.getByText('It is deleted within two minutes').waitFor();
  await sql.query(
    `update public.s3_event_tests set removed_at = now(), ended_at = now() where integration_id = $1`,
    [id],
  );
  await page.getByText('The object was deleted again.').waitFor();
  await page.getByRole('heading', { name: 'The integration was changed after the test had begun' }).waitFor();
  expect(await page.getByRole('button', { name: 'Test our part alone' }).count()).toBe(0);
});
