import type { FolderRule } from '@sluice/shared';
import { array, assert, constantFrom, property, string, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchFolderRule } from '../../src/rules/match-folder-rule.ts';

const INTEGRATION = {
  inputPrefix: 'in/',
  outputPrefix: 'out/',
  overwritePolicy: 'reprocess',
  language: 'en',
} as const;

const rule = (prefix: string, fields: Partial<FolderRule> = {}): FolderRule => ({
  id: crypto.randomUUID(),
  prefix,
  qualityTier: null,
  language: null,
  notificationTarget: null,
  overwritePolicy: null,
  outputSubfolder: null,
  revision: 1,
  createdAt: '',
  updatedAt: '',
  ...fields,
});

/** Folders of a few short names, so that they lie inside one another; one name takes four bytes of UTF-8. */
const folder = array(constantFrom('a', 'b', 'ab', '😀'), { maxLength: 4 }).map((names) =>
  ['in', ...names, ''].join('/'),
);

describe('a key gets the rule', () => {
  test('with the longest prefix, whatever the order of the rules', () => {
    assert(
      property(uniqueArray(folder, { maxLength: 8 }), folder, string(), (prefixes, base, name) => {
        const key = `${base}${name}`;
        const { rule: winner, candidates } = matchFolderRule(
          INTEGRATION,
          prefixes.map((prefix) => rule(prefix)),
          key,
        );
        const fitting = prefixes.filter((prefix) => key.startsWith(prefix));
        expect(new Set(candidates)).toEqual(new Set(fitting));
        expect(winner?.prefix).toBe(candidates[0]);
        for (const prefix of fitting) expect(winner?.prefix.startsWith(prefix)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('of its folder, not of one whose name only begins alike', () => {
    expect(matchFolderRule(INTEGRATION, [rule('in/de/')], 'in/de-old/a.pdf').rule).toBeNull();
    expect(matchFolderRule(INTEGRATION, [rule('in/de/')], 'in/DE/a.pdf').rule).toBeNull();
  });

  test('whole: what it leaves open is the integration’s, not a shorter rule’s', () => {
    const rules = [rule('in/de/', { language: 'de', qualityTier: 'enhanced' }), rule('in/de/x/')];
    expect(matchFolderRule(INTEGRATION, rules, 'in/de/x/a.pdf').effective).toEqual({
      qualityTier: 'standard',
      language: 'en',
      notificationTarget: null,
      overwritePolicy: 'reprocess',
    });
    expect(matchFolderRule(INTEGRATION, rules, 'in/de/a.pdf').effective).toMatchObject({
      qualityTier: 'enhanced',
      language: 'de',
    });
  });
});

describe('the answer', () => {
  test('names the keys of the results, with the sub-folder', () => {
    const rules = [rule('in/de/', { outputSubfolder: 'german/' })];
    expect(matchFolderRule(INTEGRATION, rules, 'in/de/a/b.pdf').outputs).toEqual([
      { kind: 'pdf', key: 'out/german/de/a/b.pdf' },
      { kind: 'html', key: 'out/german/de/a/b.pdf.html' },
    ]);
  });

  test('leaves the version open where versions are kept', () => {
    const rules = [rule('in/v/', { overwritePolicy: 'keep_versions' })];
    expect(matchFolderRule(INTEGRATION, rules, 'in/v/b.PDF').outputs).toEqual([
      { kind: 'pdf', key: 'out/v/b.{version}.PDF' },
      { kind: 'html', key: 'out/v/b.{version}.PDF.html' },
    ]);
  });

  test.each([
    ['in/a.txt', 'not_pdf'],
    ['in/a/', 'folder_marker'],
    ['in/../a.pdf', 'object_name_unusable'],
  ])('says of %s that it is skipped as %s', (key, code) => {
    const { skippedAs, outputs } = matchFolderRule(INTEGRATION, [], key);
    expect(skippedAs?.code).toBe(code);
    expect(outputs).toEqual([]);
  });

  test('says that results are never taken in when the whole bucket is the input', () => {
    expect(matchFolderRule({ ...INTEGRATION, inputPrefix: '' }, [], 'out/a.pdf').skippedAs?.code).toBe(
      'own_output',
    );
  });

  test('is refused for a key outside the input folder, naming the field', () => {
    expect(() => matchFolderRule(INTEGRATION, [], 'elsewhere/a.pdf')).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        fields: [expect.objectContaining({ field: 'key' })],
      }),
    );
  });
});
