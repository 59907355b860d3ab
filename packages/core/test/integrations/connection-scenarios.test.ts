import { openBucket, type S3Client, type S3Options } from '@sluice/s3';
import { FAKE_IDENTITY, type FakeS3, startFakeS3 } from '@sluice/testkit/fake-s3';
import { describe, expect, it } from 'vitest';
import { SCENARIOS, type Scenario } from '../support/connection-scenarios/index.ts';
import { problems, testConnection } from '../support/connection-world.ts';

const withFake = async <T>(scenario: Scenario, work: (fake: FakeS3) => Promise<T>): Promise<T> => {
  const fake = await startFakeS3({ buckets: ['bucket'], ...scenario.fake });
  try {
    fake.bucket('bucket').put('in/a.pdf', Buffer.from('%PDF-1.7'), {}, Date.now());
    if (scenario.fault !== undefined) fake.addFault(scenario.fault);
    return await work(fake);
  } finally {
    await fake.stop();
  }
};

const clientOf = (fake: FakeS3, options: Partial<S3Options> = {}): S3Client =>
  openBucket({
    provider: { provider: 'generic', endpoint: fake.endpoint },
    bucket: 'bucket',
    credentials: FAKE_IDENTITY,
    egress: { mode: 'allow-loopback' },
    retry: { maxAttempts: 1 },
    ...options,
  });

/** What a poll, a processor and writing back do, one after another. */
const work = async (client: S3Client): Promise<void> => {
  const [document] = (await client.listPage({ prefix: 'in/' })).objects;
  const key = document?.key ?? '';
  await client.head(key);
  const answer = await fetch(await client.presignGet(key, 60));
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`the link was refused with ${answer.status}`);
  for (const name of ['a.pdf', 'a.html']) {
    const put = async (ifAbsent: boolean) =>
      client.put({
        key: `accessible/${name}`,
        body: new Blob(['result']).stream(),
        sizeBytes: 6,
        contentType: 'application/pdf',
        ifAbsent,
      });
    try {
      await put(true);
    } catch (error) {
      if ((error as { code?: string }).code !== 'unsupported_by_provider') throw error;
      await put(false);
    }
  }
};

describe('a connection test of', () => {
  it.each(SCENARIOS)('$name', async (scenario) => {
    await withFake(scenario, async (fake) => {
      const { test } = await testConnection(fake, scenario.test);
      expect(problems(test).filter((line) => !line.startsWith('over_grants'))).toEqual(scenario.told);
      const failed = test.checks.find(
        ({ outcome, name }) => (outcome === 'failed' || outcome === 'warning') && name !== 'over_grants',
      );
      for (const name of scenario.names ?? [])
        expect(JSON.stringify(failed).replaceAll('\\"', '"')).toMatch(name);
      // Nothing of ours stays, but where deleting is what is refused.
      const left = fake
        .bucket('bucket')
        .keys()
        .filter((key) => key !== 'in/a.pdf');
      if (!scenario.name.startsWith('deleting')) expect(left).toEqual([]);
    });
    await withFake(scenario, async (fake) => {
      const works = await work(clientOf(fake, scenario.test?.client)).then(
        () => true,
        () => false,
      );
      const fails = scenario.told.some((line) => line.includes(' failed '));
      expect(works, 'whether the work works').toBe(!fails || scenario.refusal !== undefined);
    });
  });
});
