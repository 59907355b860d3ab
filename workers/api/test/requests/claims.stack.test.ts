import { at, newTenant } from '@sluice/testkit/api-client';
import { type FakeS3, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, newFolderOf } from '../support/drafts.ts';
import { openSql } from '../support/fixtures.ts';

/** One bucket and folder, claimed by two tenants. */

const sql = openSql();
let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: [BUCKET] });
});
afterAll(() => fake.stop());

type Draft = Awaited<ReturnType<typeof newFolderOf>>;

const first = (): Promise<Draft> => newFolderOf(sql, fake);
/** Another tenant's draft on the folder of one, or on part of it. */
const second = async (draft: Draft, inputPrefix = `${draft.folder}/in/`): Promise<Draft> =>
  newFolderOf(sql, fake, await newTenant(), {
    inputPrefix,
    outputPrefix: `${draft.folder}/other/`,
    // The same server under another name.
    endpoint: fake.endpoint.replace('http://', 'HTTP://'),
  });

const startTested = async (draft: Draft, body: object = {}) => {
  expect(at((await draft.test()).body, 'outcome')).toBe('passed');
  return draft.start(body);
};
const codeOf = ({ body }: { body: unknown }) => at(body, 'code');
const warnings = async (id: string): Promise<number> =>
  (
    await sql.query(
      `select 1 from public.app_logs where integration_id = $1 and event = 'bucket_claimed_twice'`,
      [id],
    )
  ).rows.length;

describe('a bucket and folder that another tenant works on', () => {
  test('is refused to who has proven that they can see it, and can be overridden, which both sides see', async () => {
    const mine = await first();
    expect((await startTested(mine)).status).toBe(200);
    for (const [already, inputPrefix] of [`${mine.folder}/in/`, `${mine.folder}/in/deep/`].entries()) {
      const theirs = await second(mine, inputPrefix);
      const refused = await startTested(theirs);
      expect([refused.status, codeOf(refused)]).toEqual([409, 'bucket_claimed_elsewhere']);
      // Who the other is, nobody is told.
      for (const secret of [mine.id, mine.tenant.id]) expect(refused.text).not.toContain(secret);
      expect(await warnings(mine.id)).toBe(already);
      const started = await theirs.start({ override: { reason: 'Both of us are to process it.' } });
      expect(at(started.body, 'activationOverride.checks')).toEqual(['bucket_claimed_elsewhere']);
      expect(await warnings(mine.id)).toBe(already + 1);
      expect((await theirs.change({ status: 'disabled' })).status).toBe(200);
    }
  });

  test('is not told of to who has not: the answers are the same as where nobody is', async () => {
    const mine = await first();
    await startTested(mine);
    const theirs = await second(mine);
    const alone = await first();
    const [refused, refusedAlone] = [await theirs.start(), await alone.start()];
    expect([refused.status, codeOf(refused)]).toEqual([refusedAlone.status, codeOf(refusedAlone)]);
    const reason = { override: { reason: 'No time to test.' } };
    const [started, startedAlone] = [await theirs.start(reason), await alone.start(reason)];
    expect(at(started.body, 'activationOverride.checks')).toEqual(
      at(startedAlone.body, 'activationOverride.checks'),
    );
    expect(await warnings(mine.id)).toBe(0);
    // And who only guessed a place cannot keep its owner out.
    await theirs.change({ status: 'disabled' });
    await mine.change({ status: 'disabled' });
    await theirs.start(reason);
    expect((await startTested(mine)).status).toBe(200);
  });

  test('is free again when the other is disabled, and not when it is paused', async () => {
    const mine = await first();
    await startTested(mine);
    const theirs = await second(mine);
    await mine.change({ status: 'paused' });
    expect(codeOf(await startTested(theirs))).toBe('bucket_claimed_elsewhere');
    await mine.change({ status: 'disabled' });
    expect((await theirs.start()).status).toBe(200);
    expect(codeOf(await mine.start())).toBe('bucket_claimed_elsewhere');
  });

  test('goes to one of many who start at once', async () => {
    const mine = await first();
    const drafts = [mine, ...(await Promise.all(Array.from({ length: 5 }, () => second(mine))))];
    await Promise.all(drafts.map((draft) => draft.test()));
    const answers = await Promise.all(drafts.map((draft) => draft.start()));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 409, 409, 409, 409, 409,
    ]);
  });
});
