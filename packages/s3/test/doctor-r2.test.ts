import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBucket, type S3Client } from '../src/index.ts';
import { doesWork, integrationOf, putDocument, testConnection, told } from './support/doctor-world.ts';
import { type R2Local, startR2Local } from './support/r2-local.ts';
import { R2_SCENARIOS } from './support/r2-scenarios.ts';

let r2: R2Local;
beforeAll(async () => {
  r2 = await startR2Local(...R2_SCENARIOS.map((_, at) => `bucket-${at}`));
}, 30_000);
afterAll(() => r2.stop());

describe("the doctor on R2's local endpoint", () => {
  it.each(R2_SCENARIOS.map((scenario, at) => ({ ...scenario, at })))('when $name', async (scenario) => {
    const own = `bucket-${scenario.at}`;
    const integration = integrationOf({ bucket: own, ...scenario.integration });
    const open = (bucket = integration.bucket, isOwner = false): S3Client =>
      openBucket({
        provider: {
          provider: isOwner || integration.provider === 'r2' ? 'r2' : 'generic',
          endpoint: (isOwner ? undefined : scenario.endpoint?.(r2.endpoint)) ?? r2.endpoint,
          region: isOwner ? 'auto' : integration.region,
        },
        bucket,
        credentials: isOwner ? r2.credentials : { ...r2.credentials, ...scenario.credentials },
        egress: { mode: 'allow-loopback', allowPath: true },
        retry: { maxAttempts: 1 },
      });
    const owner = open(own, true);
    if (scenario.isEmpty !== true) await putDocument(owner, `${integration.inputPrefix}a.pdf`);
    const before = (await owner.listPage({ prefix: '' })).objects.length;
    const test = await testConnection(integration, open);
    const all = JSON.stringify(test.checks);
    expect(told(test, 'failed'), all).toEqual(scenario.fails ?? []);
    expect(told(test, 'warning'), all).toEqual(scenario.warns ?? []);
    for (const name of scenario.names ?? []) expect(all).toMatch(name);
    expect((await owner.listPage({ prefix: '' })).objects).toHaveLength(before);
    expect(await doesWork(integration, open)).toBe(test.outcome === 'passed');
  });
});
