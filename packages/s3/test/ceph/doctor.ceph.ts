import { randomUUID } from 'node:crypto';
import { signedFetch } from '@sluice/aws';
import { setupArtefacts } from '@sluice/core';
import type { ConnectionTest } from '@sluice/shared';
import { describe, expect, inject, it } from 'vitest';
import { openBucket, type S3Client } from '../../src/index.ts';
import { doesWork, integrationOf, putDocument, testConnection, told } from '../support/doctor-world.ts';
import { bytes } from '../support/fake.ts';
import { CIRCUMSTANCES } from './doctor-circumstances.ts';
import { GRANTS } from './doctor-grants.ts';
import type { Scenario, Statement } from './doctor-scenario.ts';

const SCENARIOS = [...GRANTS, ...CIRCUMSTANCES];

// Made by up.sh; of a cluster that lives as long as the test.
const OWNER = {
  accessKeyId: 'FULLACCESSKEY000001',
  secretAccessKey: 'fullSecretKey/With+Odd=Chars00000000001',
};
const PRODUCT = {
  accessKeyId: 'READACCESSKEY000001',
  secretAccessKey: 'readSecretKey0000000000000000000000000001',
};
const PRODUCT_ARN = 'arn:aws:iam:::user/reader';

const endpoint = inject('cephEndpoint');
const INPUT = 'in/';
const OUTPUT = 'out/';

const clientOf = (
  bucket: string,
  credentials: typeof OWNER,
  addressing: 'path' | 'virtual_host' = 'path',
  at = endpoint,
): S3Client =>
  openBucket({
    provider: { provider: 'generic', endpoint: at, region: 'default', addressing },
    bucket,
    credentials,
    egress: { mode: 'allow-loopback' },
    retry: { maxAttempts: 1 },
  });

const asOwner = async (bucket: string, query: string, body: string): Promise<void> => {
  const answer = await signedFetch({
    method: 'PUT',
    url: `${endpoint}/${bucket}?${query}`,
    body: bytes(body),
    credentials: OWNER,
    service: 's3',
    region: 'default',
    egress: { mode: 'allow-loopback' },
  });
  expect(answer.status, await answer.text()).toBeLessThan(300);
};

const generated = (bucket: string): Statement[] => {
  const { artefacts } = setupArtefacts(
    {
      provider: 'generic',
      bucket,
      region: 'default',
      endpoint,
      inputPrefix: INPUT,
      outputPrefix: OUTPUT,
      roleArn: null,
      externalId: null,
      kmsKeyArn: null,
    },
    { principalArn: null, templateUrl: null },
  );
  const text = artefacts.find(({ name }) => name === 'bucket_policy')?.content ?? '';
  return (JSON.parse(text) as { Statement: Statement[] }).Statement;
};

const setPolicy = async (bucket: string, statements: readonly Statement[]): Promise<void> => {
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await asOwner(bucket, 'policy=', policy.replaceAll('arn:aws:iam:::user/sluice', PRODUCT_ARN));
};

interface World {
  readonly bucket: string;
  readonly statements: readonly Statement[];
  test(): Promise<ConnectionTest>;
  work(): Promise<boolean>;
  leftovers(): Promise<readonly string[]>;
}

/** A bucket of its own, with one document, set up as the scenario says. */
const worldOf = async (scenario: Scenario): Promise<World> => {
  const bucket = `doctor-${randomUUID().slice(0, 13)}`;
  const owner = clientOf(bucket, OWNER);
  await owner.createBucket();
  await putDocument(owner, `${INPUT}a.pdf`);
  await putDocument(owner, 'elsewhere/private.pdf');
  const statements = scenario.policy?.(generated(bucket), bucket) ?? generated(bucket);
  if (statements.length > 0) await setPolicy(bucket, statements);
  for (const [query, body] of scenario.settings ?? []) await asOwner(bucket, query, body);
  const credentials = { ...(scenario.asOwner === true ? OWNER : PRODUCT), ...scenario.credentials };
  const integration = integrationOf({ bucket, endpoint, ...scenario.integration });
  const at = scenario.endpoint?.(endpoint) ?? endpoint;
  const style = integration.addressingStyle === 'virtual' ? 'virtual_host' : 'path';
  const open = (): S3Client => clientOf(integration.bucket, credentials, style, at);
  return {
    bucket,
    statements,
    test: async () => testConnection(integration, open),
    work: async () => doesWork(integration, open),
    leftovers: async () =>
      (await owner.listPage({ prefix: '' })).objects
        .map(({ key }) => key)
        .filter((key) => key.includes('sluice-connection-test')),
  };
};

describe('the doctor on Ceph', () => {
  it.each(SCENARIOS)('$name', async (scenario) => {
    const world = await worldOf(scenario);
    const test = await world.test();
    expect(told(test, 'failed'), JSON.stringify(test.checks, null, 1)).toEqual(scenario.fails ?? []);
    expect(told(test, 'warning')).toEqual(scenario.warns ?? []);
    const all = JSON.stringify(test.checks);
    for (const name of scenario.names ?? []) expect(all).toMatch(name);
    expect(test.outcome).toBe((scenario.fails ?? []).length === 0 ? 'passed' : 'failed');
    if (scenario.keepsProbe !== true) expect(await world.leftovers()).toEqual([]);
    expect(await world.work(), 'whether the work works').toBe(
      test.outcome === 'passed' || scenario.refusal !== undefined,
    );
  });

  it.each(SCENARIOS.filter(({ isHealed }) => isHealed === true))(
    'is satisfied when what it asks for is given: $name',
    async (scenario) => {
      const world = await worldOf(scenario);
      let statements = world.statements;
      // What is asked for at first may bring to light what else is missing.
      for (let round = 0; round < 4; round += 1) {
        const { checks, outcome } = await world.test();
        if (outcome === 'passed') break;
        const asked = checks.flatMap(({ statement }) =>
          statement === null ? [] : [statement as unknown as Statement],
        );
        expect(asked, JSON.stringify(checks)).not.toEqual([]);
        statements = [...statements, ...asked.map((one, at) => ({ ...one, Sid: `Asked${round}x${at}` }))];
        await setPolicy(world.bucket, statements);
      }
      const test = await world.test();
      expect(told(test, 'failed')).toEqual([]);
      expect(told(test, 'warning')).toEqual([]);
      expect(await world.work()).toBe(true);
    },
  );
});
