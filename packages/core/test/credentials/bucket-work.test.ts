import type { Bucket, IntegrationWithSecrets, SealedRecord } from '@sluice/core';
import { ERROR_CATALOGUE, type ErrorCode, SluiceError } from '@sluice/shared';
import { MemoryDatabase, MemoryLog, VirtualClock } from '@sluice/testkit/memory';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketWork } from '../../src/credentials/bucket-work.ts';

const sealed = (version: number): SealedRecord => ({
  version,
  formatVersion: 1,
  keyId: 'local',
  kmsKeyVersion: 1,
  dataKeyCiphertext: '',
  secretCiphertext: '',
});

const NEW = 2;
const OLD = 1;

/** One integration whose rotation overlaps; `head` answers by version. */
const world = (answers: Readonly<Record<number, ErrorCode | null>>, hasOld = true) => {
  const integration = new MemoryDatabase(new VirtualClock()).addIntegration();
  const stored: IntegrationWithSecrets = {
    integration,
    sealed: { credentials: sealed(NEW), ...(hasOld ? { previousCredentials: sealed(OLD) } : {}) },
  };
  const opened: number[] = [];
  const asked: number[] = [];
  const rolledBack: [string, number, string][] = [];
  const work = bucketWork(
    {
      openBucket: async ({ sealed: fields }) => {
        const version = fields['credentials']?.version ?? 0;
        opened.push(version);
        return {
          head: async () => {
            asked.push(version);
            const code = answers[version] ?? null;
            if (code !== null) throw new SluiceError(code);
            return version;
          },
        } as unknown as Bucket;
      },
      rollBack: async (id, version, denial) => {
        rolledBack.push([id, version, denial.code]);
        return true;
      },
      log: new MemoryLog(),
    },
    { [integration.id]: stored },
  );
  return {
    opened,
    asked,
    rolledBack,
    id: integration.id,
    head: () => work(integration.id, (bucket) => bucket.head('a.pdf')) as unknown as Promise<number>,
  };
};

const DENIALS = [
  'credentials_unknown',
  'credentials_wrong_secret',
  'credentials_expired',
  'access_denied',
  'encryption_denied',
] as const satisfies readonly ErrorCode[];

describe('work while a rotation overlaps', () => {
  it('is done with the new credentials as long as they are let through', async () => {
    const { head, opened, rolledBack } = world({});
    expect([await head(), await head()]).toEqual([NEW, NEW]);
    expect(opened).toEqual([NEW]);
    expect(rolledBack).toEqual([]);
  });

  it.each(DENIALS)('is done again with the old after %s, and the rotation rolled back', async (code) => {
    const { head, asked, opened, rolledBack, id } = world({ [NEW]: code });
    expect(await head()).toBe(OLD);
    expect(rolledBack).toEqual([[id, NEW, code]]);
    // The rest of the batch does not ask the new ones again.
    expect([await head(), await head()]).toEqual([OLD, OLD]);
    expect(asked).toEqual([NEW, OLD, OLD, OLD]);
    expect(opened).toEqual([NEW, OLD]);
    expect(rolledBack).toHaveLength(1);
  });

  it.each(DENIALS)(
    'says nothing against the new credentials when the old are answered %s too',
    async (code) => {
      const { head, rolledBack } = world({ [NEW]: 'access_denied', [OLD]: code });
      await expect(head()).rejects.toMatchObject({ code: 'access_denied' });
      expect(rolledBack).toEqual([]);
    },
  );

  it('says nothing against the new credentials when the old were not asked: our own result was missing before', async () => {
    const { head, rolledBack } = world({ [NEW]: 'access_denied', [OLD]: 'output_missing' });
    await expect(head()).rejects.toMatchObject({ code: 'access_denied' });
    expect(rolledBack).toEqual([]);
  });

  it('ends as it ends with the old, when those were let through', async () => {
    const { head, rolledBack } = world({ [NEW]: 'access_denied', [OLD]: 'object_changed' });
    await expect(head()).rejects.toMatchObject({ code: 'object_changed' });
    expect(rolledBack).toHaveLength(1);
  });

  it('rolls back only what a provider denied to the new and let through with the old, whatever is answered', async () => {
    const codes = fc.option(fc.constantFrom(...(Object.keys(ERROR_CATALOGUE) as ErrorCode[])));
    await fc.assert(
      fc.asyncProperty(codes, codes, fc.boolean(), async (ofNew, ofOld, hasOld) => {
        const { head, rolledBack, asked } = world({ [NEW]: ofNew, [OLD]: ofOld }, hasOld);
        const ending = await head().then(String, (error: SluiceError) => error.code);
        const isDenied = (DENIALS as readonly unknown[]).includes(ofNew);
        if (rolledBack.length > 0) {
          expect(isDenied && hasOld).toBe(true);
          expect(DENIALS).not.toContain(ofOld);
          expect(ending).toBe(ofOld ?? String(OLD));
        } else {
          expect(ending).toBe(ofNew ?? String(NEW));
        }
        if (!isDenied || !hasOld) expect(asked).toEqual([NEW]);
      }),
    );
  });
});
