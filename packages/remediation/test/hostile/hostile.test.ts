import { samplePdfs, specials } from '@sluice/testkit/samples';
import * as fc from 'fast-check';
import { HtmlValidate } from 'html-validate';
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../../src/html/render-html.ts';
import { escapeHtml, RemediationRefused, remediatePdf, safeHref } from '../../src/index.ts';

/** Generous for a loaded machine; a hang takes for ever. */
const MAX_MS = 15_000;
const SEED = 20260115;

const corpus = [
  ...(await samplePdfs()).filter((sample) => sample.bytes.length < 200_000),
  ...Object.values(await specials()),
];

/** Either a result or a refusal; anything else is the defect looked for. */
async function survives(bytes: Uint8Array): Promise<void> {
  const started = performance.now();
  try {
    const { html } = await remediatePdf(bytes, { language: null, fallbackTitle: 'a.pdf' });
    expect(html.startsWith('<!DOCTYPE html>')).toBe(true);
  } catch (error) {
    expect(error).toBeInstanceOf(RemediationRefused);
    expect((error as RemediationRefused).detail.length).toBeLessThan(1000);
  }
  expect(performance.now() - started).toBeLessThan(MAX_MS);
}

const fileArbitrary = fc.constantFrom(...corpus.map((file) => file.bytes));
const editArbitrary = fc.oneof(
  fc.record({
    kind: fc.constant('flip' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat(255),
  }),
  fc.record({
    kind: fc.constant('drop' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 400 }),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    text: fc.constantFrom(
      '(',
      ')',
      '<<',
      '>>',
      '[',
      ']',
      ' R',
      '0 0 R',
      '1 0 R',
      '-1',
      '99999999999',
      'endobj',
      'stream\n',
      'null',
      '/Kids [2 0 R]',
      '/Filter /LZWDecode',
      '/Prev 0',
      '/Length 1',
      '/W [9 9 9]',
      '/Size 2147483647',
    ),
  }),
);
type Edit = typeof editArbitrary extends fc.Arbitrary<infer T> ? T : never;

function apply(bytes: Uint8Array, edit: Edit): Uint8Array {
  const at = Math.floor(edit.at * bytes.length);
  if (edit.kind === 'flip') {
    const copy = bytes.slice();
    if (copy.length > 0) copy[Math.min(at, copy.length - 1)] = edit.byte;
    return copy;
  }
  const head = Buffer.from(bytes.subarray(0, at));
  if (edit.kind === 'drop') return new Uint8Array(Buffer.concat([head, bytes.subarray(at + edit.length)]));
  return new Uint8Array(Buffer.concat([head, Buffer.from(edit.text), bytes.subarray(at)]));
}

describe('whatever the bytes are', () => {
  test('arbitrary bytes behind a PDF header end in a result or a refusal', async () => {
    const bytes = fc.uint8Array({ maxLength: 2000 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (tail, header) => {
        await survives(header ? new Uint8Array(Buffer.concat([Buffer.from('%PDF-1.7\n'), tail])) : tail);
      }),
      { numRuns: 300, seed: SEED },
    );
  });

  test('truncated samples end in a result or a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fileArbitrary, fc.double({ min: 0, max: 1, noNaN: true }), async (bytes, share) => {
        await survives(bytes.subarray(0, Math.floor(share * bytes.length)));
      }),
      { numRuns: 300, seed: SEED },
    );
  });

  test('damaged samples end in a result or a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(
        fileArbitrary,
        fc.array(editArbitrary, { minLength: 1, maxLength: 12 }),
        async (bytes, edits) => {
          await survives(edits.reduce(apply, bytes));
        },
      ),
      { numRuns: 600, seed: SEED },
    );
  });
});

describe('whatever the text is', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom('<', '>', '&', '"', "'", '/', '!', '-', 'a', '\u0000', '\ud800'),
      maxLength: 60,
    }),
  );

  test('escaped text holds no markup and says the same', () => {
    fc.assert(
      fc.property(text, (value) => {
        const escaped = escapeHtml(value);
        expect(escaped).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
        expect(escaped.isWellFormed()).toBe(true);
      }),
      { seed: SEED },
    );
  });

  test('a page made of it is valid and has only the elements that were meant', async () => {
    const validator = new HtmlValidate({ extends: ['html-validate:standard'] });
    await fc.assert(
      fc.asyncProperty(text, text, fc.webUrl(), async (title, body, url) => {
        const href = safeHref(url);
        const content = href === undefined ? [{ text: `x${body}` }] : [{ text: `x${body}`, href }];
        const blocks = [{ kind: 'paragraph' as const, content }];
        const html = renderHtml({
          language: 'en',
          title: `x${title}`,
          pages: [{ blocks, scanned: false }],
          fields: [],
        });
        const elements = [...html.matchAll(/<([a-z0-9]+)/g)].map((match) => match[1]);
        const link = href === undefined ? [] : ['a'];
        expect(elements).toEqual([
          'html',
          'head',
          'meta',
          'meta',
          'title',
          'style',
          'body',
          'main',
          'h1',
          'section',
          'p',
          ...link,
        ]);
        const { results } = await validator.validateString(html);
        expect(results.flatMap((result) => result.messages.map((message) => message.ruleId))).toEqual([]);
      }),
      { numRuns: 150, seed: SEED },
    );
  });

  test('a link target is http, https or mailto, or there is none', () => {
    const scheme = fc.constantFrom(
      'javascript:',
      'JAVASCRIPT:',
      'java\tscript:',
      'data:',
      'vbscript:',
      'http:',
      '//',
      '',
    );
    fc.assert(
      fc.property(scheme, fc.string({ unit: 'binary', maxLength: 80 }), (start, rest) => {
        const href = safeHref(start + rest);
        if (href !== undefined) expect(href).toMatch(/^(?:https?:\/\/|mailto:)[^\s"<>]*/);
      }),
      { numRuns: 1000, seed: SEED },
    );
  });
});
