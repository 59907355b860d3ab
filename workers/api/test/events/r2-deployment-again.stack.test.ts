import { type Answer, at, call, newTenant } from '@sluice/testkit/api-client';
import type { FakeAccount } from '@sluice/testkit/fake-cloudflare';
import { describe, expect, test } from 'vitest';
import { openSql } from '../support/fixtures.ts';
import { BUCKET, failure, newAccount, newR2World } from '../support/r2-world.ts';

const sql = openSql();
const ANOTHER = 'acme-archive';
const world = (given: Partial<FakeAccount> = {}) => newR2World(sql, { buckets: [BUCKET, ANOTHER], ...given });
type World = Awaited<ReturnType<typeof world>>;

const outcome = ({ status, body }: Answer): unknown =>
  status === 200 ? at(body, 'outcome') : at(body, 'code');

/** Waits until a request of somebody's is held at Cloudflare. */
const someoneWaits = ({ account }: World) =>
  expect.poll(async () => (await account.read()).waiting, { timeout: 60_000 }).toBe(1);
const goOn = ({ account }: World) => account.change({ waiting: 0 });

/** The folders R2 tells of, by bucket. */
const foldersOf = async ({ account }: World): Promise<Record<string, (string | undefined)[]>> =>
  Object.fromEntries(
    Object.entries((await account.read()).rules).map(([bucket, queues]) => [
      bucket,
      Object.values(queues).flatMap((rules) => rules.map(({ prefix }) => prefix)),
    ]),
  );

const expectNothingLeft = async (given: World) => {
  const { queues, scripts } = await given.account.read();
  expect([queues, scripts, Object.values(await foldersOf(given)).flat()]).toEqual([{}, {}, []]);
};

const edit = {
  credentials: { accessKeyId: 'an-access-key-of-r2', secretAccessKey: 'a-secret-access-key-of-r2' },
};

describe('one at a time', () => {
  test('while one deploys, neither another nor a removal begins, and says so', async () => {
    const given = await world({ holds: [{ method: 'GET', path: '/workers/scripts' }] });
    const first = given.deploy();
    await someoneWaits(given);
    for (const verb of ['deploy', 'remove']) {
      const second = await given.post(verb);
      expect(second.status, second.text).toBe(409);
      expect(second.body).toMatchObject({
        code: 'receiver_busy',
        detail: expect.stringMatching(/begun at .*UTC/),
      });
      expect(at(second.body, 'remedy')).toContain('do it again');
    }
    await goOn(given);
    expect(outcome(await first)).toBe('done');
    expect(await given.answerToWorker()).toBe('mode_mismatch');
    expect(await given.secretVersions()).toBe(1);
    // It is given back at the end.
    expect(outcome(await given.deploy())).toBe('done');
    expect(outcome(await given.remove())).toBe('done');
    await expectNothingLeft(given);
  });

  test('many at once leave one Worker, with a secret that is valid', async () => {
    const given = await world();
    const answers = await Promise.all(Array.from({ length: 5 }, () => given.deploy()));
    const came = new Set(answers.map(outcome));
    expect(came.has('done')).toBe(true);
    expect([...came].filter((one) => one !== 'done' && one !== 'receiver_busy')).toEqual([]);
    expect(await given.answerToWorker()).toBe('mode_mismatch');
    expect(await given.secretVersions()).toBe(1);
  });

  test('one that was cut short is followed by another, and changes nothing when it comes back', async () => {
    const given = await world({ holds: [{ method: 'GET', path: '/workers/scripts' }] });
    const late = given.deploy();
    await someoneWaits(given);
    // As when nothing is heard of it for as long as the lease.
    await sql.query(
      `update private.s3_r2_receiver_leases set lease_expires_at = now() where integration_id = $1`,
      [given.id],
    );
    expect(outcome(await given.deploy())).toBe('done');
    const { scripts } = await given.account.read();
    await goOn(given);
    expect(outcome(await late)).toBe('receiver_busy');
    expect((await given.account.read()).scripts).toEqual(scripts);
    expect(await given.secretVersions()).toBe(1);
    expect(await given.answerToWorker()).toBe('mode_mismatch');
  });

  test('one that fails gives its turn back', async () => {
    const given = await world({ troubles: [{ method: 'POST', path: '/queues', status: 502 }] });
    expect(outcome(await given.deploy())).toBe('failed');
    expect(outcome(await given.deploy())).toBe('done');
  });
});

describe('after the bucket is changed', () => {
  test('everything is taken back, the rules of the old bucket too', async () => {
    const given = await world();
    await given.deploy();
    await given.change({ bucket: ANOTHER, ...edit });
    expect(outcome(await given.remove())).toBe('done');
    await expectNothingLeft(given);
    expect(outcome(await given.remove())).toBe('unchanged');
  });

  test('what an earlier version set up, with the bucket in its names, is taken back beside what this one did', async () => {
    const given = await world();
    await given.deploy();
    const { queues, scripts, rules } = await given.account.read();
    const former = (name: string): string =>
      name.replace(/^sluice-r2-.{13}/, `sluice-r2-acme-documents-${given.id.slice(0, 8)}`);
    const renamed = <T>(all: Record<string, T>): Record<string, T> =>
      JSON.parse(JSON.stringify(all).replaceAll(/sluice-r2-[0-9a-f-]{13}(-dlq)?/g, former)) as Record<
        string,
        T
      >;
    await given.account.change({ queues: renamed(queues), scripts: renamed(scripts), rules });
    expect(Object.keys((await given.account.read()).queues)).toContain(
      `sluice-r2-acme-documents-${given.id.slice(0, 8)}`,
    );
    expect(outcome(await given.deploy())).not.toBe('done');
    const removed = await given.remove();
    expect(outcome(removed), removed.text).toBe('done');
    await expectNothingLeft(given);
    expect(outcome(await given.deploy())).toBe('done');
  });

  test('the receiver follows it, with the same Worker and secret', async () => {
    const given = await world();
    await given.deploy();
    const before = await given.account.read();
    await given.change({ bucket: ANOTHER, ...edit });
    const again = await given.deploy();
    expect(outcome(again), again.text).toBe('done');
    const after = await given.account.read();
    expect(await foldersOf(given)).toEqual({ [BUCKET]: [], [ANOTHER]: ['incoming/', 'incoming/'] });
    expect(after.queues).toEqual(before.queues);
    expect(Object.values(after.scripts).map(({ secrets }) => secrets)).toEqual(
      Object.values(before.scripts).map(({ secrets }) => secrets),
    );
    expect(after.scripts[given.receiver.names.worker]?.metadata['bindings']).toContainEqual({
      type: 'plain_text',
      name: 'BUCKET_NAME',
      text: ANOTHER,
    });
  });

  test('a bucket that is gone from the account holds nothing up', async () => {
    const given = await world();
    await given.deploy();
    await given.change({ bucket: ANOTHER, ...edit });
    await given.account.change({ buckets: [ANOTHER], rules: {} });
    expect(outcome(await given.deploy())).toBe('done');
    expect(outcome(await given.remove())).toBe('done');
    await expectNothingLeft(given);
  });

  test('a removal in another account says that nothing was there, and where it was', async () => {
    const given = await world();
    await given.deploy();
    const other = await newAccount();
    const answer = await given.post('remove', { accountId: other.id, apiToken: other.apiToken });
    expect(outcome(answer), answer.text).toBe('unchanged');
    expect(at(answer.body, 'steps.0.remedy')).toContain(given.account.id);
    expect(outcome(await given.remove())).toBe('done');
    await expectNothingLeft(given);
  });
});

describe('after the integration is deleted', () => {
  const deleted = async (given: World): Promise<void> => {
    const { status } = await call('DELETE', `/api/integrations/s3/${given.id}`, { token: given.token });
    expect(status).toBe(204);
  };

  test('its receiver can be taken back, once, by its own tenant', async () => {
    const given = await world();
    await given.deploy();
    await given.change({ bucket: ANOTHER, ...edit });
    await deleted(given);
    const body = { accountId: given.account.id, apiToken: given.apiToken };
    const stranger = (await newTenant()).owner.accessToken;
    expect((await call('POST', `${given.path}/remove`, { token: stranger, body })).status).toBe(404);
    expect((await given.deploy()).status).toBe(404);
    expect(outcome(await given.remove())).toBe('done');
    await expectNothingLeft(given);
    expect((await given.remove()).status).toBe(404);
  });

  test('it is missing where nothing was deployed', async () => {
    const given = await world();
    await deleted(given);
    expect((await given.remove()).status).toBe(404);
  });
});

describe('rules', () => {
  test('follow the input folder, narrower, wider and elsewhere, and those of others stay', async () => {
    const theirs = { ruleId: 'theirs', prefix: 'reports/', actions: ['PutObject'] };
    const given = await world({
      queues: { other: { id: 'other', consumers: [] } },
      rules: { [BUCKET]: { other: [theirs] } },
    });
    await given.deploy();
    for (const inputPrefix of ['incoming/2026/', 'incoming/', 'elsewhere/']) {
      await given.change({ inputPrefix });
      const again = await given.deploy();
      expect(outcome(again), again.text).toBe('done');
      expect(await foldersOf(given)).toEqual({ [BUCKET]: ['reports/', inputPrefix, inputPrefix] });
    }
    expect((await given.account.read()).rules[BUCKET]?.['other']).toEqual([theirs]);
  });

  test('that are right stay, one that is not goes, and one that is missing comes', async () => {
    const given = await world();
    await given.deploy();
    const [entry] = Object.entries((await given.account.read()).rules[BUCKET] ?? {});
    const [queueId, [kept]] = entry ?? ['', []];
    if (kept === undefined) throw new Error('no rule');
    const old = { ruleId: 'old', prefix: 'old/', actions: ['PutObject'] };
    await given.account.change({ rules: { [BUCKET]: { [queueId]: [kept, old] } } });
    expect(outcome(await given.deploy())).toBe('done');
    const after = Object.values((await given.account.read()).rules[BUCKET] ?? {}).flat();
    expect(after).toEqual([kept, expect.objectContaining({ prefix: 'incoming/', suffix: '.PDF' })]);
  });

  test('of a queue that is gone are named as such', async () => {
    const given = await world({
      rules: { [BUCKET]: { gone: [{ ruleId: 'r', prefix: '', actions: ['PutObject'] }] } },
    });
    expect(at(failure(await given.deploy()), 'detail')).toContain('another queue, that is gone');
  });

  test('nobody is blamed where no rule of another queue is seen', async () => {
    const given = await world({
      troubles: [{ method: 'PUT', path: '', status: 409, message: 'There are conflicting rules.' }],
    });
    const failed = failure(await given.deploy());
    expect(at(failed, 'name')).toBe('rule');
    expect(at(failed, 'detail')).not.toContain('another queue');
  });
});

test('a Worker whose secret has ended gets a new one when asked for', async () => {
  const given = await world();
  const { id, token, account, apiToken } = given;
  await given.deploy();
  await call('POST', `/api/integrations/s3/${id}/event-secret/rotate`, { token, body: { keepOldFor: 0 } });
  expect(await given.answerToWorker()).toBe('invalid_secret');
  // It goes on with what it has, which may be another's to decide.
  const kept = await given.deploy();
  expect(kept.text).toContain('keeps its event secret');
  const renewed = await given.post('deploy', { accountId: account.id, apiToken, newSecret: true });
  expect(outcome(renewed), renewed.text).toBe('done');
  expect(renewed.text).toContain('with a new event secret');
  expect(await given.answerToWorker()).toBe('mode_mismatch');
});
