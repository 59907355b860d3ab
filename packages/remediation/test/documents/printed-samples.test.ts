import { printedSamples, readPrinted } from '@sluice/testkit/samples';
import { HtmlValidate } from 'html-validate';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { readIndependently, squeeze, visibleText } from '../support/independent-reader.ts';
import { rolesOf } from '../support/structure-roles.ts';
import { readTags } from '../support/tag-reader.ts';

const samples = printedSamples();
const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: { 'long-title': 'off' },
});

/** Letters and digits in any order. */
function letters(text: string): string {
  return (text.normalize('NFKC').match(/[\p{L}\p{Nd}]/gu) ?? []).toSorted().join('');
}

test('there are at least forty, by seven programs', () => {
  expect(samples.length).toBeGreaterThanOrEqual(40);
  expect(new Set(samples.map(({ name }) => name.split('-')[0])).size).toBeGreaterThanOrEqual(7);
});

describe.each(samples)('$name', ({ name, bytes, pages, expected }) => {
  test('keeps its text, and gets the structure of its source', async () => {
    const warn = vi.spyOn(console, 'warn');
    onTestFinished(() => warn.mockRestore());
    const { pdf, html, report } = await remediatePdf(bytes, { language: null, fallbackTitle: name });
    // Logs are ours to write, not a library's.
    expect(warn).not.toHaveBeenCalled();
    const [before, after] = [await readIndependently(bytes), await readIndependently(pdf)];
    // pdf.js turns lines from right to left around by the pieces that they are in, and finds ligatures that it is told of.
    if (report.notices.includes('unmapped_glyphs'))
      expect(letters(after.text).length).toBeGreaterThanOrEqual(letters(before.text).length);
    else if (/^(?:he|ar)$/.test(expected.language)) expect(letters(after.text)).toBe(letters(before.text));
    else if (name === 'tex-mathematics.pdf')
      // The map of its largest symbols leaves them out, and pdf.js takes their codes for letters.
      expect(after.text.replaceAll('∑', 'X').replaceAll('∫', 'R')).toBe(before.text);
    else expect(after.text).toBe(before.text);
    expect(after.pages).toBe(pages);
    expect(after.displayDocTitle).toBe(true);
    expect(after.language).toBe(expected.language);
    expect(report.notices).toEqual(expected.notices);
    expect(report.conformance.after.score).toBeGreaterThanOrEqual(report.conformance.before.score);
    expect(Buffer.from(pdf).includes('pdfuaid:part')).toBe(expected.claims);

    const tags = await readTags(pdf);
    const roles = await rolesOf(pdf);
    const wanted = Object.keys(expected.tags);
    expect(Object.fromEntries(wanted.map((role) => [role, roles[role]]))).toEqual(expected.tags);

    // Dots before the page numbers of a table of contents are not read.
    if (roles['TOC']) expect(tags.pages.map(({ text }) => text).join('\n')).not.toMatch(/(?:\.\s?){4}/);

    const main = squeeze(visibleText(html));
    let from = 0;
    for (const phrase of expected.phrases.map(squeeze)) {
      const at = main.indexOf(phrase, from);
      expect(at, `${phrase} behind ${main.slice(Math.max(0, from - 20), from)}`).toBeGreaterThanOrEqual(0);
      from = at + phrase.length;
    }
    const { results } = await validator.validateString(html);
    expect(
      results.flatMap(({ messages }) => messages.map((each) => `${each.ruleId} ${each.message}`)),
    ).toEqual([]);
  });
});

test('a file with a password is refused', async () => {
  const run = remediatePdf(readPrinted('user-locked'), { language: null, fallbackTitle: 'letter.pdf' });
  await expect(run).rejects.toMatchObject({ name: 'RemediationRefused', code: 'pdf_encrypted' });
});
