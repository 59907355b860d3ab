import { type FakeS3, startFakeS3 } from '@sluice/testkit/fake-s3';
import type { TestContext } from 'vitest';

export const BUCKET = 'acme-documents';

/** A customer's S3 server with three documents and a picture in `inbox/`; gone with the test. */
export const newServer = async ({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<FakeS3> => {
  const fake = await startFakeS3({ buckets: [BUCKET] });
  onTestFinished(() => fake.stop());
  const bucket = fake.bucket(BUCKET);
  const at = Date.parse('2026-11-01T08:00:00Z');
  for (const name of ['contract.pdf', 'invoice.pdf', 'letter.pdf']) {
    bucket.put(`inbox/${name}`, Buffer.from(`%PDF-1.7 ${name}`), {}, at);
  }
  bucket.put('inbox/logo.png', Buffer.from('png'), {}, at);
  return fake;
};
