import {
  type CreateS3IntegrationContext,
  createS3Integration,
  type NewIntegration,
  type SealedRecord,
} from '@sluice/core';
import { CreateS3Integration, SluiceError } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const SECRET = 'canarySecretAccessKey0123456789';
const base = {
  tenantId: '00000000-0000-4000-8000-000000000001',
  name: 'Docs',
  bucket: 'bucket',
  inputPrefix: 'in',
  outputPrefix: 'out',
};
const credentials = { accessKeyId: 'AKIA1234WXYZ', secretAccessKey: SECRET };
const generic = (more: object = {}) =>
  CreateS3Integration.parse({
    ...base,
    provider: 'generic',
    endpoint: 'https://s3.example',
    credentials,
    ...more,
  });

/** The verb with every port noted, and any of them failing. */
const verb = async (input: CreateS3Integration, failing: Record<string, unknown> = {}) => {
  const steps: string[] = [];
  const stored: { integration: NewIntegration; sealed: SealedRecord | null }[] = [];
  const sealedTexts: string[] = [];
  const step = (name: string): void => {
    steps.push(name);
    if (name in failing) throw failing[name];
  };
  const context: CreateS3IntegrationContext = {
    actorId: 'actor',
    integrations: {
      requireAdmin: async () => step('requireAdmin'),
      create: async (_, integration, sealed) => {
        step('create');
        stored.push({ integration, sealed });
      },
    },
    seal: async (integration, version, secret) => {
      step('seal');
      sealedTexts.push(
        JSON.stringify({ id: integration.id, tenantId: integration.tenantId, version, secret }),
      );
      return {
        version,
        formatVersion: 1,
        keyId: 'k',
        kmsKeyVersion: 1,
        dataKeyCiphertext: '\\x00',
        secretCiphertext: '\\x01',
      };
    },
    resolveEndpoint: (asked) => {
      step('resolveEndpoint');
      return asked.provider === 'generic' ? asked.endpoint : null;
    },
    newId: () => 'new-id',
    newExternalId: () => 'new-external-id',
  };
  const result = await createS3Integration(context, input).then(
    (value) => ({ value, error: null }),
    (error: unknown) => ({ value: null, error }),
  );
  return { ...result, steps, stored, sealedTexts };
};

describe('createS3Integration', () => {
  it('asks for the role first, checks everything, seals, and stores once', async () => {
    const { value, steps, stored } = await verb(generic());
    expect(value).toEqual({ id: 'new-id' });
    expect(steps).toEqual(['requireAdmin', 'resolveEndpoint', 'seal', 'create']);
    expect(stored[0]?.integration).toMatchObject({
      inputPrefix: 'in/',
      outputPrefix: 'out/',
      accessKeyHint: 'WXYZ',
    });
  });

  it('seals for this tenant and this integration, and stores nothing that was sealed', async () => {
    const { sealedTexts, stored } = await verb(generic());
    expect(JSON.parse(sealedTexts[0] ?? '')).toEqual({
      id: 'new-id',
      tenantId: base.tenantId,
      version: 1,
      secret: { accessKeyId: 'AKIA1234WXYZ', secretAccessKey: SECRET },
    });
    expect(JSON.stringify(stored)).not.toContain(SECRET);
    expect(JSON.stringify(stored)).not.toContain('AKIA1234WXYZ');
  });

  it('gives a role an external id of our own choosing and no credentials', async () => {
    const input = CreateS3Integration.parse({
      ...base,
      provider: 'aws_role',
      region: 'eu-central-1',
      roleArn: 'arn:aws:iam::123456789012:role/sluice',
    });
    const { stored, steps } = await verb(input);
    expect(steps).not.toContain('seal');
    expect(stored[0]).toMatchObject({
      sealed: null,
      integration: { externalId: 'new-external-id', accessKeyHint: null },
    });
  });

  it.each([
    ['in/', 'in/out/'],
    ['in/out/', 'in/'],
    ['same/', 'same/'],
  ])(
    'refuses %s and %s before anything is sealed, and says which field to change',
    async (inputPrefix, outputPrefix) => {
      const { error, steps } = await verb(generic({ inputPrefix, outputPrefix }));
      expect(error).toMatchObject({ code: 'prefixes_overlap', fields: [{ field: 'outputPrefix' }] });
      expect(steps).toEqual(['requireAdmin']);
    },
  );

  it('accepts exactly the prefixes that cannot contain one another', async () => {
    const folder = () =>
      fc
        .array(fc.constantFrom('a', 'b', 'in'), { minLength: 1, maxLength: 3 })
        .map((parts) => `${parts.join('/')}/`);
    await fc.assert(
      fc.asyncProperty(folder(), folder(), async (inputPrefix, outputPrefix) => {
        const { error } = await verb(generic({ inputPrefix, outputPrefix }));
        const overlap = inputPrefix.startsWith(outputPrefix) || outputPrefix.startsWith(inputPrefix);
        expect(error === null).toBe(!overlap);
      }),
    );
    expect((await verb(generic({ inputPrefix: '' }))).error).toBeNull();
    expect((await verb(generic({ inputPrefix: 'in/', outputPrefix: 'in2/' }))).error).toBeNull();
  });

  it.each(['requireAdmin', 'resolveEndpoint', 'seal', 'create'])(
    'stores nothing when %s fails, and lets its error through',
    async (step) => {
      const failure = new SluiceError('forbidden');
      const { error, stored, steps } = await verb(generic(), { [step]: failure });
      expect(error).toBe(failure);
      expect(stored).toEqual([]);
      expect(steps.at(-1)).toBe(step);
    },
  );
});
