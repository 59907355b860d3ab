import { basename } from 'node:path';
import { type Workshop, withoutMoment } from './workshop.ts';

/** Prints a page of HTML without tags, unless told otherwise. */
export function chromium(shop: Workshop, source: string, tagged = false): Uint8Array {
  const target = `chromium-${basename(source, '.html')}.pdf`;
  const quiet = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--no-pdf-header-footer',
  ];
  const tags = tagged ? [] : ['--disable-pdf-tagging'];
  shop.run('chromium', [...quiet, ...tags, `--print-to-pdf=${target}`, shop.path(`chromium/${source}`)]);
  return withoutMoment(shop.read(target));
}

/** Prints an office document without tags and bookmarks, unless told otherwise. */
export function libreOffice(shop: Workshop, source: string, tagged = false): Uint8Array {
  const extension = source.split('.').at(-1) ?? '';
  const filter = extension === 'fods' ? 'calc_pdf_Export' : 'writer_pdf_Export';
  const option = (value: boolean): string => `{"type":"boolean","value":"${value}"}`;
  const options = `{"UseTaggedPDF":${option(tagged)},"ExportBookmarks":${option(tagged)},"ExportFormFields":${option(true)}}`;
  const input = extension === 'html' ? ['--infilter=HTML (StarWriter)'] : [];
  shop.run('soffice', [
    `-env:UserInstallation=file://${shop.path('profile')}`,
    '--headless',
    ...input,
    '--convert-to',
    `pdf:${filter}:${options}`,
    '--outdir',
    shop.path('printed'),
    shop.path(`libreoffice/${source}`),
  ]);
  return withoutMoment(shop.read(`printed/${source.replace(`.${extension}`, '.pdf')}`));
}

/** Three runs: tables of contents and references take as many. */
export function pdfTex(shop: Workshop, source: string): Uint8Array {
  const name = source.replace('.tex', '');
  const start = `\\pdftrailerid{}\\input{${name}}`;
  for (let run = 0; run < 3; run++)
    shop.run('pdflatex', ['-interaction=batchmode', `-jobname=${name}`, start], 'tex');
  return shop.read(`tex/${name}.pdf`);
}

/** By way of DVI and PostScript, with fonts made of dots: Type 3, and nothing says what a glyph is. */
export function bitmapTex(shop: Workshop, source: string): Uint8Array {
  const name = source.replace('.tex', '');
  shop.run('latex', ['-interaction=batchmode', name], 'tex');
  shop.run('dvips', ['-q', '-V', '-D', '300', '-o', `${name}.ps`, name], 'tex');
  return distill(shop, `tex/${name}.ps`);
}

/**
 * By way of DVI, with fonts in CFF that have encodings of their own. The maps to Unicode, which not every program writes, go
 * under another name.
 */
export function compactTex(shop: Workshop, source: string): Uint8Array {
  const name = source.replace('.tex', '');
  shop.run('latex', ['-interaction=batchmode', name], 'tex');
  shop.run('dvipdfmx', ['-q', '-o', `${name}-dvi.pdf`, name], 'tex');
  const unpacked = qpdf(shop, ['--object-streams=disable', shop.path(`tex/${name}-dvi.pdf`)]);
  const text = Buffer.from(unpacked).toString('latin1').replaceAll('/ToUnicode', '/NoUnicode');
  return withoutMoment(new Uint8Array(Buffer.from(text, 'latin1')));
}

/** Makes a PDF of a page of PostScript. */
export function distill(shop: Workshop, source: string): Uint8Array {
  const options = ['-dEmbedAllFonts=true', '-dPDFSETTINGS=/prepress'];
  const target = `${basename(source, '.ps')}-distilled.pdf`;
  shop.run('gs', [
    '-q',
    '-dNOPAUSE',
    '-dBATCH',
    '-sDEVICE=pdfwrite',
    ...options,
    `-sOutputFile=${target}`,
    source,
  ]);
  return withoutMoment(shop.read(target));
}

export function groff(shop: Workshop, source: string): Uint8Array {
  return withoutMoment(
    new Uint8Array(shop.run('groff', ['-Tpdf', '-ms', '-t', '-dpaper=a4', '-P-pa4', source])),
  );
}

/** Draws a PDF anew. */
export function cairo(shop: Workshop, source: string): Uint8Array {
  shop.run('pdftocairo', ['-pdf', source, 'cairo.pdf']);
  return withoutMoment(shop.read('cairo.pdf'));
}

/** Writes a PDF in another form: the same objects, packed, locked or turned. */
export function qpdf(shop: Workshop, args: readonly string[]): Uint8Array {
  shop.run('qpdf', ['--static-id', '--static-aes-iv', ...args, 'qpdf.pdf']);
  return shop.read('qpdf.pdf');
}
