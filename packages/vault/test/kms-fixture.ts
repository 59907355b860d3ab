import { createKmsClient, type KmsClientOptions } from '@sluice/aws';
import { type FakeKms, startFakeKms } from '@sluice/testkit/fake-kms';
import { onTestFinished } from 'vitest';

/** A client of a fake KMS, which may live in another process. */
export const clientOf = (
  fake: Pick<FakeKms, 'url' | 'region' | 'identity'>,
  options: Partial<KmsClientOptions> = {},
) =>
  createKmsClient({
    credentials: fake.identity,
    region: fake.region,
    endpoint: fake.url,
    egress: { mode: 'allow-loopback' },
    ...options,
  });

/** A fake KMS for one test, and a client of it. */
export const startKms = async (options: Partial<KmsClientOptions> = {}) => {
  const fake = await startFakeKms();
  onTestFinished(() => fake.close());
  return { fake, kms: clientOf(fake, options), keyArn: fake.keys.createKey() };
};
