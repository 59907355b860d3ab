import { writeFileSync } from 'node:fs';
import { PDFDocument, StandardFonts } from '@cantoo/pdf-lib';
import { type RawObject, rawPdf, rawStream } from '../raw-pdf.ts';
import type { Workshop } from './workshop.ts';

const PAGE = [595, 842] as const;
const DOTS_PER_INCH = 150;

interface Picture {
  readonly object: RawObject;
}

/** As a fax or an office scanner writes pages: black and white, CCITT group 4. */
export function scanInBlackAndWhite(shop: Workshop, source: string, pages: number): Uint8Array {
  const pictures = Array.from({ length: pages }, (_, index): Picture => {
    const page = `-dFirstPage=${index + 1}`;
    const options = [
      '-sDEVICE=tiffg4',
      `-r${DOTS_PER_INCH}`,
      '-dMaxStripSize=0',
      page,
      `-dLastPage=${index + 1}`,
    ];
    shop.run('gs', ['-q', '-dNOPAUSE', '-dBATCH', ...options, '-sOutputFile=scan.tiff', source]);
    const { width, height, data } = groupFour(shop.read('scan.tiff'));
    const parameters = `/DecodeParms <</K -1 /Columns ${width} /Rows ${height}>>`;
    return picture(
      width,
      height,
      `/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode ${parameters}`,
      data,
    );
  });
  return scanned(pictures);
}

/** As a phone or a colour scanner writes a page: one JPEG; with the words that a text recogniser has put behind it. */
export async function scanInColour(
  shop: Workshop,
  source: string,
  options: { recognised: boolean },
): Promise<Uint8Array> {
  const quality = ['-sDEVICE=jpeg', '-r100', '-dJPEGQ=35', '-dFirstPage=1', '-dLastPage=1'];
  shop.run('gs', ['-q', '-dNOPAUSE', '-dBATCH', ...quality, '-sOutputFile=scan.jpeg', source]);
  const data = shop.read('scan.jpeg');
  const { width, height } = jpegSize(data);
  const photo = picture(width, height, '/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode', data);
  return scanned([photo], options.recognised ? await recognisedWords(shop, source) : '');
}

function picture(width: number, height: number, more: string, data: Uint8Array): Picture {
  return {
    object: { dict: `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} ${more}`, data },
  };
}

function scanned(pictures: readonly Picture[], words = ''): Uint8Array {
  const first = 4;
  const kids = pictures.map((_, index) => `${first + index * 3} 0 R`);
  return rawPdf(
    [
      '<</Type /Catalog /Pages 2 0 R>>',
      `<</Type /Pages /Count ${pictures.length} /Kids [${kids.join(' ')}]>>`,
      '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
      ...pictures.flatMap(({ object }, index): RawObject[] => [
        `<</Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.join(' ')}] /Contents ${first + index * 3 + 1} 0 R ` +
          `/Resources <</XObject <</Im ${first + index * 3 + 2} 0 R>> /Font <</F 3 0 R>>>>>>`,
        rawStream(`q ${PAGE[0]} 0 0 ${PAGE[1]} 0 0 cm /Im Do Q ${words}`),
        object,
      ]),
    ],
    { trailer: `/Info <</Producer (Office scanner)>>` },
  );
}

/** Invisible text over each word's picture, stretched to its width. */
async function recognisedWords(shop: Workshop, source: string): Promise<string> {
  const font = await (await PDFDocument.create()).embedFont(StandardFonts.Helvetica);
  const words = shop.run('pdftotext', ['-bbox', '-f', '1', '-l', '1', source, '-']).toString();
  const HEIGHT_OF_EM = 0.85;
  const shows = Array.from(
    words.matchAll(/<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)</g),
    ([, x0 = '', y0 = '', x1 = '', y1 = '', text = '']) => {
      const size = (Number(y1) - Number(y0)) * HEIGHT_OF_EM;
      const stretch = ((Number(x1) - Number(x0)) / font.widthOfTextAtSize(text, size)) * 100;
      const string = text.replace(/&amp;/g, '&').replace(/[\\()]/g, '\\$&');
      const y = PAGE[1] - Number(y1) + size * 0.22;
      return `/F ${size.toFixed(2)} Tf ${stretch.toFixed(1)} Tz 1 0 0 1 ${x0} ${y.toFixed(2)} Tm (${string}) Tj`;
    },
  );
  return `BT 3 Tr ${shows.join('\n')} ET`;
}

/** The picture of a TIFF of one strip. */
function groupFour(tiff: Uint8Array): { width: number; height: number; data: Uint8Array } {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  const tags = new Map<number, number>();
  for (let index = 0; index < view.getUint16(directory, little); index++) {
    const at = directory + 2 + index * 12;
    const short = view.getUint16(at + 2, little) === 3;
    tags.set(
      view.getUint16(at, little),
      short ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little),
    );
  }
  const from = tags.get(273) ?? 0;
  return {
    width: tags.get(256) ?? 0,
    height: tags.get(257) ?? 0,
    data: tiff.slice(from, from + (tags.get(279) ?? 0)),
  };
}

function jpegSize(jpeg: Uint8Array): { width: number; height: number } {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  for (let at = 2; at < jpeg.length; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker >= 0xffc0 && marker <= 0xffc2)
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
  }
  throw new Error('not a JPEG');
}

/** Leaves bytes where the other programs look for them. */
export function put(shop: Workshop, name: string, bytes: Uint8Array): string {
  writeFileSync(shop.path(name), bytes);
  return name;
}
