import { compareKeys } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FolderCounter } from '../../src/dry-run/folder-counter.ts';
import { SameOutput } from '../../src/dry-run/same-output.ts';
import { Tally } from '../../src/dry-run/tally.ts';
import type { DryRunRule } from '../../src/ports/dry-runs.ts';
import { outputKey } from '../../src/writeback/output-key.ts';
import { usableKey } from '../support/keys.ts';

const INTEGRATION = { inputPrefix: 'in/', outputPrefix: 'out/', overwritePolicy: 'reprocess' } as const;
const object = (key: string, sizeBytes = 100, lastModified = '2026-01-01T00:00:00.000Z') => ({
  key,
  etag: 'e'.repeat(32),
  sizeBytes,
  lastModified,
});
const rule = (prefix: string, outputSubfolder: string | null): DryRunRule => ({
  id: `rule of ${prefix}`,
  prefix,
  overwritePolicy: null,
  outputSubfolder,
});

describe('the folders of a listing', () => {
  it('are counted each once, also across steps', () => {
    fc.assert(
      fc.property(fc.uniqueArray(usableKey(), { maxLength: 60 }), fc.nat({ max: 60 }), (keys, cut) => {
        const folders = new Set(keys.map((key) => key.slice(0, key.lastIndexOf('/') + 1)));
        const inOrder = keys.toSorted(compareKeys);
        const first = new FolderCounter();
        for (const key of inOrder.slice(0, cut)) first.add(key);
        const second = new FolderCounter(first.state());
        for (const key of inOrder.slice(cut)) second.add(key);
        expect(second.state().count).toBe(folders.size);
      }),
      { numRuns: 500 },
    );
  });
});

describe('results of the same name', () => {
  const folder = () => fc.constantFrom('a/', 'b/', 'a/b/', 'b/a/', 'a/a/');

  it('are those that writing back would give two documents, and no others', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ prefix: folder(), outputSubfolder: fc.option(folder()) }), {
          selector: ({ prefix }) => prefix,
          maxLength: 4,
        }),
        fc.uniqueArray(
          fc.tuple(
            fc.constantFrom('', 'a/', 'b/', 'a/b/', 'b/a/', 'a/a/', 'a/a/b/'),
            fc.constantFrom('1', '2'),
          ),
          {
            selector: String,
            maxLength: 14,
          },
        ),
        (wanted, names) => {
          const rules = wanted.map(({ prefix, outputSubfolder }) => rule(`in/${prefix}`, outputSubfolder));
          const sources = names.map(([path, name]) => object(`in/${path}${name}.pdf`));
          const same = new SameOutput(INTEGRATION, rules);
          const byName = new Map<string, number>();
          for (const source of sources) {
            same.add(source);
            const fitting = rules
              .filter(({ prefix }) => source.key.startsWith(prefix))
              .toSorted((x, y) => y.prefix.length - x.prefix.length);
            const outputSubfolder = fitting[0]?.outputSubfolder ?? null;
            const name = outputKey(
              INTEGRATION,
              { ...source, overwritePolicy: 'reprocess', outputSubfolder },
              'pdf',
            );
            byName.set(name, (byName.get(name) ?? 0) + 1);
          }
          expect(same.result().outputKeys).toBe([...byName.values()].filter((count) => count > 1).length);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('names them', () => {
    const same = new SameOutput(INTEGRATION, [rule('in/x/', 'y/')]);
    for (const key of ['in/x/1.pdf', 'in/y/x/1.pdf', 'in/z/1.pdf']) same.add(object(key));
    expect(same.result()).toEqual({
      outputKeys: 1,
      isAtLeast: false,
      samples: [{ outputKey: 'out/y/x/1.pdf', keys: ['in/x/1.pdf', 'in/y/x/1.pdf'] }],
    });
  });
});

describe('a tally', () => {
  it('counts what began before the start, and only what would be processed otherwise', () => {
    const tally = new Tally(INTEGRATION, [], '2026-02-01T00:00:00+00:00');
    tally.add(object('in/a.txt', 1, '2026-01-31T23:59:59.000Z'));
    tally.add(object('in/b.pdf', 2, '2026-01-31T23:59:59.000Z'));
    tally.add(object('in/c.pdf', 4, '2026-02-01T00:00:00.000Z'));
    tally.add(object('in/d.pdf', 8, 'no date'));
    expect(tally.result()).toMatchObject({
      wouldProcess: { objects: 2, bytes: 12 },
      skipped: [
        { code: 'not_pdf', objects: 1, bytes: 1, sampleKeys: ['in/a.txt'] },
        { code: 'before_start', objects: 1, bytes: 2, sampleKeys: ['in/b.pdf'] },
      ],
      oldestModifiedAt: '2026-02-01T00:00:00.000Z',
      newestModifiedAt: '2026-02-01T00:00:00.000Z',
    });
  });

  it('shows the largest, a few keys of each reason, and each rule by the longest prefix', () => {
    const tally = new Tally(INTEGRATION, [rule('in/0/', null), rule('in/0/1/', null)], null);
    for (let n = 0; n < 30; n += 1) {
      tally.add(object(`in/0/${n % 2}/${n}.pdf`, 1000 + ((n * 7) % 30)));
      tally.add(object(`in/${n}.txt`));
    }
    const { largest, skipped, rules } = tally.result();
    expect(largest.map(({ sizeBytes }) => sizeBytes)).toEqual([
      1029, 1028, 1027, 1026, 1025, 1024, 1023, 1022, 1021, 1020,
    ]);
    expect(skipped).toMatchObject([{ code: 'not_pdf', objects: 30 }]);
    expect(skipped[0]?.sampleKeys).toHaveLength(5);
    expect(rules.map(({ objects }) => objects)).toEqual([15, 15]);
  });

  it('stays small however large the bucket and however long its names', () => {
    const tally = new Tally(INTEGRATION, [rule('in/x/', 'y/')], null);
    for (let n = 0; n < 20_000; n += 1) {
      tally.add(object(`in/x/${'long/'.repeat(20)}${n}.pdf`));
      tally.add(object(`in/${'ü'.repeat(400)}${n}.txt`));
    }
    expect(JSON.stringify(tally.state()).length).toBeLessThan(300_000);
    expect(tally.result().sameOutput.isAtLeast).toBe(true);
  });
});
