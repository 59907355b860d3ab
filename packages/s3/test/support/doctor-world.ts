import { randomUUID } from 'node:crypto';
import { type IntegrationConfig, testS3Connection } from '@sluice/core';
import type { ConnectionTest } from '@sluice/shared';
import type { S3Client } from '../../src/index.ts';
import { bytes } from './fake.ts';

export const integrationOf = (changes: Partial<IntegrationConfig>): IntegrationConfig => ({
  id: randomUUID(),
  tenantId: randomUUID(),
  name: 'doctor',
  provider: 'generic',
  status: 'active',
  bucket: 'bucket',
  region: 'default',
  endpoint: null,
  addressingStyle: 'path',
  roleArn: null,
  externalId: null,
  inputPrefix: 'in/',
  outputPrefix: 'out/',
  overwritePolicy: 'reprocess',
  language: null,
  startFrom: null,
  ...changes,
});

export const testConnection = async (
  integration: IntegrationConfig,
  open: () => S3Client,
): Promise<ConnectionTest> =>
  testS3Connection(
    {
      actorId: 'actor',
      integrations: {
        getWithSecrets: async () => ({ integration, sealed: {}, configuration: '' }),
        recordConnectionTest: async () => undefined,
      },
      openBucket: async () => open(),
      clock: { now: () => Date.now() },
      newId: () => randomUUID(),
    },
    integration.id,
  );

export const putDocument = async (client: S3Client, key: string): Promise<void> => {
  await client.put({ key, body: bytes('%PDF-1.7'), sizeBytes: 8, contentType: 'application/pdf' });
};

/** Whether what a poll, a processor and writing back do works; the last twice, as for a document that comes again. */
export const doesWork = async (
  { inputPrefix, outputPrefix }: IntegrationConfig,
  open: () => S3Client,
): Promise<boolean> => {
  const work = async (): Promise<void> => {
    const client = open();
    const found = await client.listPage({ prefix: inputPrefix });
    const key = found.objects.find((one) => one.key.endsWith('.pdf'))?.key;
    if (key !== undefined) {
      await client.head(key);
      const answer = await fetch(await client.presignGet(key, 60));
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`the link was refused with ${answer.status}`);
    }
    for (const name of ['a.pdf', 'a.html']) {
      const result = async (ifAbsent: boolean) =>
        client.put({
          key: `${outputPrefix}${name}`,
          body: new Blob(['result']).stream(),
          sizeBytes: 6,
          contentType: 'application/pdf',
          metadata: { 'sluice-job-id': 'job' },
          ifAbsent,
        });
      await result(true);
      await client.head(`${outputPrefix}${name}`);
      await result(false);
    }
  };
  return work().then(
    () => true,
    () => false,
  );
};

/** `check code` of every check that ended so, in order. */
export const told = ({ checks }: ConnectionTest, outcome: 'failed' | 'warning'): string[] =>
  checks.filter((check) => check.outcome === outcome).map(({ name, code }) => `${name} ${code}`);
