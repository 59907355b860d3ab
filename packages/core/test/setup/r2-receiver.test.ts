import { execFileSync } from 'node:child_process';
import { assert, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ReceiverTarget, receiverFiles, receiverOf } from '../../src/index.ts';
import { locations } from './targets.ts';

const INTEGRATION = '0d9c5c2e-1f6b-4a55-8f0a-2b7a4c1d9e10';
const ACCOUNT = '0123456789abcdef0123456789abcdef';

const r2 = (fields: Partial<ReceiverTarget> = {}): ReceiverTarget => ({
  integrationId: INTEGRATION,
  provider: 'r2',
  bucket: 'acme-documents',
  endpoint: `https://${ACCOUNT}.r2.cloudflarestorage.com`,
  inputPrefix: 'incoming/',
  eventsUrl: `https://sluice.example.com/api/events/s3/${INTEGRATION}`,
  ...fields,
});

/** The words a shell makes of a command. */
const wordsOf = (line: string): string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

const optionOf = (line: string, name: string): string | undefined => {
  const words = wordsOf(line);
  const at = words.indexOf(name);
  return at < 0 ? undefined : words[at + 1];
};

describe('the receiver of an integration', () => {
  test('fits in 10 KB', () => {
    const { files } = receiverFiles(receiverOf(r2()));
    const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
    expect(bytes).toBeLessThanOrEqual(10 * 1024);
  });

  test('depends on nothing but the platform', () => {
    const { files } = receiverFiles(receiverOf(r2()));
    const imports = files.flatMap(({ content }) =>
      [...content.matchAll(/(?:from|import|require\()\s*['"]([^'"]+)['"]/g)].map(([, name]) => name),
    );
    expect(new Set(imports)).toEqual(new Set(['cloudflare:workers']));
    expect(files.filter(({ path }) => path.endsWith('package.json'))).toEqual([]);
  });

  test('names one queue in every place', () => {
    const { names, files, commands } = receiverFiles(receiverOf(r2()));
    const [config] = files.filter(({ path }) => path === 'wrangler.toml');
    expect(names.queue).toBe('sluice-r2-0d9c5c2e-1f6b');
    expect(config?.content.match(new RegExp(`= "${names.queue}"$`, 'gm'))).toHaveLength(4);
    const [queues, rules] = commands;
    expect(queues?.lines.map((line) => wordsOf(line).at(-1))).toEqual([names.queue, names.deadLetterQueue]);
    expect(rules?.lines.map((line) => optionOf(line, '--queue'))).toEqual([names.queue, names.queue]);
  });

  test('is told of PDFs of the input folder, and of nothing else', () => {
    const lines = receiverFiles(receiverOf(r2())).commands[1]?.lines ?? [];
    expect(lines.map((line) => [optionOf(line, '--prefix'), optionOf(line, '--suffix')])).toEqual([
      ['incoming/', '.pdf'],
      ['incoming/', '.PDF'],
    ]);
    const whole = receiverFiles(receiverOf(r2({ inputPrefix: '' }))).commands[1]?.lines ?? [];
    expect(whole.join()).not.toContain('--prefix');
  });

  test('says account and jurisdiction where the endpoint does', () => {
    const eu = receiverFiles(receiverOf(r2({ endpoint: `https://${ACCOUNT}.eu.r2.cloudflarestorage.com` })));
    expect(eu.files[0]?.content).toContain(`account_id = "${ACCOUNT}"`);
    for (const line of eu.commands[1]?.lines ?? []) expect(optionOf(line, '--jurisdiction')).toBe('eu');
    const domain = receiverFiles(receiverOf(r2({ endpoint: 'https://files.example.com' })));
    expect(domain.files[0]?.content).not.toContain('account_id');
    expect(JSON.stringify(domain.commands)).not.toContain('--jurisdiction');
  });

  test('is for R2 alone, whatever it was entered as', () => {
    for (const provider of ['aws_role', 'aws_key', 'b2'] as const) {
      expect(() => receiverOf(r2({ provider, endpoint: null }))).toThrow(
        expect.objectContaining({ code: 'not_on_r2' }),
      );
    }
    expect(receiverOf(r2({ provider: 'generic' })).accountId).toBe(ACCOUNT);
  });

  test('has names that Cloudflare takes, of its own for each integration, whatever its bucket is', () => {
    const { names } = receiverOf(r2());
    for (const name of Object.values(names)) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$/);
    expect(receiverOf(r2({ bucket: 'another', inputPrefix: 'else/' })).names).toEqual(names);
    const other = receiverOf(r2({ integrationId: '1d9c5c2e-1f6b-4a55-8f0a-2b7a4c1d9e10' }));
    expect(other.names.queue).not.toBe(names.queue);
  });

  test('any folder reaches R2 as it is, through a shell', () => {
    assert(
      property(locations, ({ inputPrefix }) => {
        for (const line of receiverFiles(receiverOf(r2({ inputPrefix }))).commands[1]?.lines ?? []) {
          expect(optionOf(line, '--prefix') ?? '').toBe(inputPrefix);
        }
      }),
      { numRuns: 30 },
    );
  });
});
