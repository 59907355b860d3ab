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

const METHODS = ['listPage', 'head', 'get', 'put', 'delete', 'presignGet'] as const;

/** One integration whose rotation overlaps; its bucket answers by version. */
const world = (answers: Readonly<Record<number, ErrorCode | null>>, hasOld = true) => {
  const integration = new MemoryDatabase(new VirtualClock()).addIntegration();
  const stored: IntegrationWithSecrets = {
    integration,
    sealed: { credentials: sealed(NEW), ...(hasOld ? { previousCredentials: sealed(OLD) } : {}) },
  };
  const opened: number[] = [];
  const asked: number[] = [];
  const calls: unknown[][] = [];
  const rolledBack: [string, number, string][] = [];
  const work = bucketWork(
    {
      openBucket: async ({ sealed: fields }) => {
        const version = fields['credentials']?.version ?? 0;
        opened.push(version);
        const call = async (method: string, args: readonly unknown[]) => {
          calls.push([version, method, ...args]);
          // A link is signed by ourselves.
          if (method === 'presignGet') return 'link';
          asked.push(version);
          const code = answers[version] ?? null;
          if (code !== null) throw new SluiceError(code);
          return version;
        };
        return Object.fromEntries(
          METHODS.map((method) => [method, (...args: unknown[]) => call(method, args)]),
        ) as unknown as Bucket;
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
    calls,
    rolledBack,
    work: <T>(of: (bucket: Bucket) => Promise<T>): Promise<T> => work(integration.id, of),
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
    expect(asked).toEqual([NEW, OLD, OLD, OLD, OLD]);
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

  it.each(DENIALS)(
    'does not roll back to a key that is answered %s by the time the work is done',
    async (code) => {
      const answers: Record<number, ErrorCode | null> = { [NEW]: 'access_denied' };
      const { work, asked, rolledBack } = world(answers);
      const longWork = async (bucket: Bucket): Promise<string> => {
        await bucket.head('a.pdf');
        // Taken over, the new one is let through; and so the old one is deleted.
        Object.assign(answers, { [NEW]: null, [OLD]: code });
        return 'done';
      };
      expect(await work(longWork)).toBe('done');
      expect(rolledBack).toEqual([]);
      // Nor is the rest of the batch left to it.
      expect(await work(longWork)).toBe('done');
      expect(asked).toEqual([NEW, OLD, OLD, NEW]);
    },
  );

  it('asks the old once more by little: one key of a listing, the head of what was read, written or deleted', async () => {
    const put = { key: 'b', body: new Uint8Array(0), sizeBytes: 0, contentType: 'application/pdf' };
    const cases: [(bucket: Bucket) => Promise<unknown>, unknown[]][] = [
      [
        (bucket) => bucket.listPage({ prefix: 'in/', startAfter: 'in/x' }),
        ['listPage', { prefix: 'in/', maxKeys: 1 }],
      ],
      [(bucket) => bucket.get('a'), ['head', 'a']],
      [(bucket) => bucket.put(put), ['head', 'b']],
      [(bucket) => bucket.delete('c'), ['head', 'c']],
      [async (bucket) => [await bucket.head('d'), await bucket.presignGet('e', 60)], ['head', 'd']],
    ];
    for (const [call, again] of cases) {
      const { work, calls, rolledBack } = world({ [NEW]: 'access_denied' });
      await work(call);
      expect(calls.at(-1)).toEqual([OLD, ...again]);
      expect(rolledBack).toHaveLength(1);
    }
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
