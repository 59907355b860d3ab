import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { readTags, type TagNode } from '../support/tag-reader.ts';

const picture = (x: number, width = 60): string =>
  `q ${width} 0 0 40 ${x} 700 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q\n`;
const say = (x: number, y: number, text: string): string => `BT /F1 11 Tf ${x} ${y} Td (${text}) Tj ET\n`;
const link = (rect: string, more: string): string =>
  `<</Type /Annot /Subtype /Link /Rect [${rect}] ${more}>>`;
const to = (uri: string): string => `/A <</S /URI /URI (${uri})>>`;

async function processed(content: string, links: readonly string[]) {
  const objects = [
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R /Annots [${links.join(' ')}]>>`,
    rawStream(`${content}${say(72, 600, 'Words below the pictures of this page')}`),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
  ];
  const result = await remediatePdf(rawPdf(objects), { language: 'en', fallbackTitle: 'x.pdf' });
  const { roots } = await readTags(result.pdf);
  return { ...result, tags: roots.flatMap(outline) };
}

/** Each element with its parents, and what stands for it. */
function outline(node: TagNode): string[] {
  const own = node.alt === undefined ? node.role : `${node.role} "${node.alt}"`;
  return [own, ...node.children.flatMap(outline).map((line) => `${node.role} > ${line}`)];
}

test('a picture that is a link stands in it, and is called by where it leads', async () => {
  const { html, report, tags } = await processed(picture(72), [
    link('71 699 133 741', to('https://example.org/?a=1&b=<2>')),
  ]);
  expect(tags).toContain('Root > Document > P > Link > Figure "https://example.org/?a=1&b=<2>"');
  expect(tags.filter((line) => line.endsWith('Link'))).toHaveLength(1);
  expect(report.notices).toContain('pictures_named_by_links');
  expect(report.notices).not.toContain('images_need_description');
  expect(report.conformance.after.failures.map(({ rule }) => rule)).not.toContain('7.3-1');
  expect(html).toContain(
    'it is a link: <a href="https://example.org/?a=1&amp;b=%3C2%3E">https://example.org/?a=1&amp;b=&lt;2&gt;</a>.',
  );
});

test('what the author says of the link comes first, and what no browser should follow is text only', async () => {
  const { html, tags } = await processed(picture(72), [
    link('72 700 132 740', `/Contents (Home of the lawn) ${to('file:///home/lawn.html')}`),
  ]);
  expect(tags).toContain('Root > Document > P > Link > Figure "Home of the lawn"');
  expect(html).toContain('it is a link: Home of the lawn.');
});

test.each(['Image1', 'Grafik 12', 'img', 'Link'])('%s is no description', async (name) => {
  const { tags } = await processed(picture(72), [
    link('72 700 132 740', `/Contents (${name}) ${to('https://example.org/')}`),
  ]);
  expect(tags).toContain('Root > Document > P > Link > Figure "https://example.org/"');
});

test.each(['Office365', 'Windows11'])('%s is one, though it ends with a number', async (name) => {
  const { tags } = await processed(picture(72), [
    link('72 700 132 740', `/Contents (${name}) ${to('https://example.org/')}`),
  ]);
  expect(tags).toContain(`Root > Document > P > Link > Figure "${name}"`);
});

test('pictures that touch are one, but not if each leads elsewhere', async () => {
  const apart = await processed(picture(72) + picture(132), [
    link('72 700 132 740', to('https://example.org/a')),
    link('132 700 192 740', to('https://example.org/b')),
  ]);
  expect(apart.tags.filter((line) => line.includes('Figure'))).toEqual([
    'Root > Document > P > Link > Figure "https://example.org/a"',
    'Root > Document > P > Link > Figure "https://example.org/b"',
  ]);
  // Cut in two by its writer, and linked as a whole.
  const whole = await processed(picture(72, 15) + picture(87, 15), [
    link('72 700 102 740', to('https://example.org/a')),
  ]);
  expect(whole.tags.filter((line) => line.includes('Figure'))).toEqual([
    'Root > Document > P > Link > Figure "https://example.org/a"',
  ]);
});

test.each([
  ['leads nowhere that can be said', picture(72), link('72 700 132 740', '/Dest [3 0 R /Fit]')],
  ['leads to a program only', picture(72), link('72 700 132 740', to('JavaScript:show\\(1\\)'))],
  ['leads to what its address holds', picture(72), link('72 700 132 740', to('data:text/plain,lawn'))],
  ['is a small part of what leads there', picture(72), link('72 600 300 740', to('https://example.org/'))],
  [
    'has words on it that lead there',
    picture(72) + say(80, 715, 'Home'),
    link('72 700 132 740', to('https://example.org/')),
  ],
  ['has a link on a part of it', picture(72), link('72 700 100 740', to('https://example.org/'))],
])('a picture that %s needs a description', async (_, content, annotation) => {
  const { report, html } = await processed(content, [annotation]);
  expect(report.notices).toContain('images_need_description');
  expect(report.notices).not.toContain('pictures_named_by_links');
  expect(html).toContain('it has no description yet');
});

test('a caption says more than a link', async () => {
  const { report, tags } = await processed(picture(72) + say(72, 685, 'Figure 1: The lawn'), [
    link('72 700 132 740', to('https://example.org/')),
  ]);
  expect(tags).toContain('Root > Document > Figure "Figure 1: The lawn"');
  expect(tags).toContain('Root > Document > P > Link');
  expect(report.notices).not.toContain('pictures_named_by_links');
});
