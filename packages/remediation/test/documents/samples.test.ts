import { samplePdfs, specials } from '@sluice/testkit/samples';
import { HtmlValidate } from 'html-validate';
import { describe, expect, test } from 'vitest';
import { RemediationRefused, remediatePdf } from '../../src/index.ts';
import { readIndependently, squeeze, visibleText } from '../support/independent-reader.ts';

const samples = await samplePdfs();
const special = await specials();
const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: { 'long-title': 'off' },
});

/** Letters in any order: reading order is the HTML's business, losing text is not. */
function letters(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const letter of text.normalize('NFKC').match(/\p{L}/gu) ?? [])
    counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return counts;
}

test('there are enough samples, with distinct names', () => {
  expect(samples.length).toBeGreaterThanOrEqual(36);
  expect(new Set(samples.map((sample) => sample.name)).size).toBe(samples.length);
});

test('the samples are the same bytes every time', async () => {
  const again = await samplePdfs();
  for (const [index, sample] of samples.entries())
    expect(Buffer.compare(sample.bytes, again[index]?.bytes ?? Buffer.alloc(0)), sample.name).toBe(0);
});

describe.each(samples)('$name', (sample) => {
  test('keeps its pages and text, and gains language and title everywhere they belong', async () => {
    const result = await remediatePdf(sample.bytes, { language: null, fallbackTitle: sample.name });
    const before = await readIndependently(sample.bytes);
    const after = await readIndependently(result.pdf);
    expect(result.report.pages).toBe(sample.pages);
    expect(after.pages).toBe(sample.pages);
    expect(after.text).toBe(before.text);
    expect(squeeze(after.text)).toContain(squeeze(sample.expectText));
    expect(after.language).toBe(result.report.language);
    expect(after.infoTitle).toBe(result.report.title);
    expect(after.xmpTitle).toBe(result.report.title);
    expect(after.xmpLanguage).toBe(result.report.language);
    expect(after.displayDocTitle).toBe(true);
    expect(result.report.title.length).toBeGreaterThan(1);
  });

  test('only gains bytes at its end: no page can look different', async () => {
    const { pdf } = await remediatePdf(sample.bytes, { language: null, fallbackTitle: sample.name });
    expect(Buffer.compare(pdf.subarray(0, sample.bytes.length), sample.bytes)).toBe(0);
  });

  test('becomes a valid HTML page that has every letter another reader finds', async () => {
    const { html, runningText } = await remediatePdf(sample.bytes, {
      language: null,
      fallbackTitle: sample.name,
    });
    const report = await validator.validateString(html);
    expect(
      report.results.flatMap((result) => result.messages.map((m) => `${m.ruleId} ${m.message}`)),
    ).toEqual([]);
    // Running headers and page numbers are read on no page.
    const text = `${visibleText(html)} ${runningText.join(' ')}`;
    expect(squeeze(text)).toContain(squeeze(sample.expectText));
    const found = letters(text);
    const { text: original } = await readIndependently(sample.bytes);
    expect([...letters(original)].filter(([letter, count]) => (found.get(letter) ?? 0) < count)).toEqual([]);
    expect(html.match(/<section id="page-\d+" aria-label="Page \d+">/g)).toHaveLength(sample.pages);
  });

  test('gives the same result when it is run again', async () => {
    const options = { language: null, fallbackTitle: sample.name };
    const first = await remediatePdf(sample.bytes, options);
    const second = await remediatePdf(sample.bytes.slice(), options);
    expect(Buffer.compare(first.pdf, second.pdf)).toBe(0);
    expect(second.html).toBe(first.html);
    expect(second.report).toEqual(first.report);
  });

  test('can be run on its own output, and says the same', async () => {
    const first = await remediatePdf(sample.bytes, { language: 'en', fallbackTitle: sample.name });
    const second = await remediatePdf(first.pdf, { language: null, fallbackTitle: 'other.pdf' });
    expect(second.report.title).toBe(first.report.title);
    expect(second.report.language).toBe('en');
    expect(visibleText(second.html)).toBe(visibleText(first.html));
  });
});

describe('files that are refused', () => {
  test.each([
    ['encrypted', 'pdf_encrypted'],
    ['corrupt', 'pdf_corrupt'],
    ['truncated', 'pdf_corrupt'],
    ['notAPdf', 'not_a_pdf'],
    ['empty', 'not_a_pdf'],
  ] as const)('%s as %s, with a sentence for the customer', async (name, code) => {
    const run = remediatePdf(special[name].bytes, { language: null, fallbackTitle: special[name].name });
    const error: unknown = await run.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RemediationRefused);
    expect(error).toMatchObject({ code });
    expect((error as RemediationRefused).detail).toMatch(/^[A-Z].{15,}\.$/);
  });
});

test('an owner-protected file is processed, stays protected, and says so', async () => {
  const { bytes, name } = special.ownerEncrypted;
  const result = await remediatePdf(bytes, { language: null, fallbackTitle: name });
  expect(result.report.notices).toContain('owner_protected');
  const after = await readIndependently(result.pdf);
  expect(after.infoTitle).toBe('Look but do not change');
  expect(after.language).toBe('en');
  expect(after.text).toBe((await readIndependently(bytes)).text);
  expect(Buffer.from(result.pdf).includes('/Encrypt')).toBe(true);
  const again = await remediatePdf(bytes, { language: null, fallbackTitle: name });
  expect(Buffer.compare(again.pdf, result.pdf)).toBe(0);
});
