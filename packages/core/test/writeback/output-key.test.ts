import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputKey } from '../../src/writeback/output-key.ts';
import { isOwnOutput, kinshipOf, provenanceOf, sourceObjectOf } from '../../src/writeback/provenance.ts';
import { usableKey } from '../support/keys.ts';

const integration = { inputPrefix: 'in/', outputPrefix: 'accessible/' };
const source = (key: string, more: Partial<Parameters<typeof outputKey>[1]> = {}) => ({
  key: `in/${key}`,
  etag: 'd41d8cd98f00b204e9800998ecf8427e',
  sizeBytes: 10,
  overwritePolicy: 'reprocess' as const,
  outputSubfolder: null,
  ...more,
});

/** What is processed: keys that end in .pdf. */
const pdfKey = () => usableKey().map((key) => `${key}.pdf`);
const etag = () =>
  fc.oneof(
    fc.constantFrom(
      'd41d8cd98f00b204e9800998ecf8427e',
      'd41d8cd98f00b204e9800998ecf8427e-12',
      'a+b',
      'ab',
      'a/b',
      '',
    ),
    fc.string({ maxLength: 60 }),
  );
const kind = () => fc.constantFrom('pdf' as const, 'html' as const);

describe('outputKey', () => {
  it('mirrors the folder tree under the output prefix', () => {
    expect(outputKey(integration, source('2026/Q1/report.pdf'), 'pdf')).toBe('accessible/2026/Q1/report.pdf');
    expect(outputKey(integration, source('2026/Q1/report.pdf'), 'html')).toBe(
      'accessible/2026/Q1/report.pdf.html',
    );
    expect(outputKey(integration, source('/odd//Ünï +%.PDF'), 'pdf')).toBe('accessible//odd//Ünï +%.PDF');
    expect(outputKey(integration, source('a.pdf', { outputSubfolder: 'legal/' }), 'pdf')).toBe(
      'accessible/legal/a.pdf',
    );
    expect(outputKey({ ...integration, inputPrefix: '' }, { ...source(''), key: 'a.pdf' }, 'pdf')).toBe(
      'accessible/a.pdf',
    );
  });

  it('gives no two sources, and no two kinds, the same name', () => {
    fc.assert(
      fc.property(
        pdfKey(),
        pdfKey(),
        kind(),
        kind(),
        fc.constantFrom(null, 'x/', 'a/b/'),
        (left, right, leftKind, rightKind, outputSubfolder) => {
          fc.pre(left !== right || leftKind !== rightKind);
          expect(outputKey(integration, source(left, { outputSubfolder }), leftKind)).not.toBe(
            outputKey(integration, source(right, { outputSubfolder }), rightKind),
          );
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('keeps every version apart when versions are kept', () => {
    fc.assert(
      fc.property(
        pdfKey(),
        pdfKey(),
        etag(),
        etag(),
        fc.nat(3),
        fc.nat(3),
        kind(),
        kind(),
        (leftKey, rightKey, leftEtag, rightEtag, leftSize, rightSize, leftKind, rightKind) => {
          const isMd5 = /^[0-9a-f]{32}/.test(leftEtag);
          // An MD5 names its content, so its size as well.
          const size = isMd5 ? leftSize : rightSize;
          const left = source(leftKey, {
            etag: leftEtag,
            sizeBytes: leftSize,
            overwritePolicy: 'keep_versions',
          });
          const right = source(rightKey, {
            etag: rightEtag,
            sizeBytes: size,
            overwritePolicy: 'keep_versions',
          });
          fc.pre(JSON.stringify([left, leftKind]) !== JSON.stringify([right, rightKind]));
          expect(outputKey(integration, left, leftKind)).not.toBe(outputKey(integration, right, rightKind));
        },
      ),
      { numRuns: 3_000 },
    );
    // ETags of servers that do not use MD5 may differ in what no name could hold.
    const names = ['a+b', 'ab', 'a/b', '"ab"'].map((of) =>
      outputKey(integration, source('a.pdf', { etag: of, overwritePolicy: 'keep_versions' }), 'pdf'),
    );
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^accessible\/a\.v[0-9a-f]{32}\.pdf$/);
    expect(outputKey(integration, source('a/b.pdf', { overwritePolicy: 'keep_versions' }), 'html')).toBe(
      'accessible/a/b.d41d8cd98f00b204e9800998ecf8427e.pdf.html',
    );
  });

  it('never leaves the output prefix, and never goes beyond 1,024 bytes: it refuses', () => {
    fc.assert(
      fc.property(
        pdfKey(),
        fc.nat(1030),
        fc.constantFrom('x', 'é', '漢', '\u{1f600}'),
        kind(),
        fc.constantFrom('reprocess' as const, 'keep_versions' as const),
        (key, length, unit, wanted, overwritePolicy) => {
          const object = source(`${unit.repeat(length)}${key}`, { overwritePolicy });
          let made: string;
          try {
            made = outputKey(integration, object, wanted);
          } catch (error) {
            expect(error).toMatchObject({ code: 'object_name_unusable' });
            const least = Buffer.byteLength(object.key) - 'in/'.length + 'accessible/'.length;
            expect(least + '.html'.length + '.'.length + 38).toBeGreaterThan(1024);
            return;
          }
          expect(Buffer.byteLength(made)).toBeLessThanOrEqual(1024);
          expect(made.startsWith('accessible/')).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
    expect(outputKey(integration, source(`${'x'.repeat(1009)}.pdf`), 'pdf')).toHaveLength(1024);
    expect(() => outputKey(integration, source(`${'x'.repeat(1010)}.pdf`), 'pdf')).toThrow(
      'longer than 1024',
    );
  });
});

describe('provenance', () => {
  const object = {
    objectId: '00000000-0000-4000-8000-000000000001',
    leaseId: '00000000-0000-4000-8000-000000000002',
    jobId: '00000000-0000-4000-8000-000000000003',
    integrationId: '00000000-0000-4000-8000-000000000004',
    tenantId: '00000000-0000-4000-8000-000000000005',
    ruleId: '00000000-0000-4000-8000-000000000006',
    key: 'in/a.pdf',
    etag: '漢'.repeat(256),
    sizeBytes: 10,
    attempts: 1,
    attemptsInAll: 1,
    outages: 0,
    lostResults: 0,
    obstacleOwner: null,
    overwritePolicy: 'reprocess' as const,
    outputSubfolder: null,
    qualityTier: 'enhanced' as const,
    stagedOutputs: [],
  };

  it('fits the 2 KB of S3, encoded, with the longest ETag the ledger holds', () => {
    const bytes = Object.entries(provenanceOf(object)).reduce(
      (sum, [name, value]) => sum + name.length + 4 * Math.ceil(Buffer.byteLength(value) / 3) + 20,
      0,
    );
    expect(bytes).toBeLessThan(2048);
  });

  it('names the source and its rule, and nothing a stranger could use', () => {
    const provenance = provenanceOf({ ...object, etag: 'e', ruleId: null });
    expect(provenance).toEqual({
      'sluice-job-id': object.jobId,
      'sluice-object-id': object.objectId,
      'sluice-tenant-id': object.tenantId,
      'sluice-integration-id': object.integrationId,
      'sluice-source-key-digest': expect.stringMatching(/^[0-9a-f]{32}$/),
      'sluice-source-etag': 'e',
      'sluice-quality-tier': 'enhanced',
    });
    expect(JSON.stringify(provenanceOf(object))).not.toContain(object.leaseId);
  });

  it('is recognised whatever else a bucket adds, and nothing else is', () => {
    expect(isOwnOutput({ ...provenanceOf(object), 'x-other': '1' })).toBe(true);
    expect(isOwnOutput({})).toBe(false);
    expect(isOwnOutput({ 'sluice-source-etag': 'e', title: 'sluice-job-id' })).toBe(false);
  });

  it('tells a result of the same source from one of another, through every edit but that of its name', () => {
    const earlier = provenanceOf({
      ...object,
      integrationId: 'i',
      jobId: 'j',
      etag: 'e',
      ruleId: null,
    });
    expect(kinshipOf(earlier, object)).toBe('same_source');
    expect(kinshipOf(earlier, { ...object, key: 'in/b.pdf' })).toBe('other_source');
    expect(kinshipOf(earlier, { ...object, tenantId: 't' })).toBe('none');
    expect(kinshipOf({ 'sluice-tenant-id': object.tenantId }, object)).toBe('none');
    expect(sourceObjectOf(earlier)).toBe(object.objectId);
    // Metadata are the customer's to change.
    for (const said of ['', 'x', `${object.objectId}<script>`])
      expect(sourceObjectOf({ 'sluice-object-id': said })).toBe(null);
    expect(sourceObjectOf({})).toBe(null);
  });
});
