import { S3_POLL_MAX_OBJECT_BYTES } from '@sluice/shared';
import { type SamplePdf, type SpecialFile, type Specials, samplePdfs, specials } from '../samples/index.ts';
import { printedSamples } from '../samples/printed/index.ts';
import { type DemoDocument, type DemoTenant, type Expectation, textFile } from './document.ts';

/** Folders as customers make them. `%s` stands for the file's name. */
const AWKWARD_PLACES = [
  '%s',
  'Invoices 2026/Q1 + Q2/%s',
  '100% recycled/50%25 off/%s',
  'Ünïcödé/日本語/%s',
  '/leading//double//slashes/%s',
  `"quotes"/it's here/%s`,
  '#1 priority/%s',
  'what?/why?/%s',
  'a&b=c;d,e/%s',
  'one/two/three/four/five/six/seven/eight/nine/ten/%s',
  '😀 emoji 🎉/%s',
  '%2F..%2e%2e/%s',
  ' spaces around /%s',
  'العربية/תיקייה/%s',
  'back\\slash/%s',
  '(brackets) [square] {curly}/%s',
  '<b>bold</b>&amp;/%s',
  '~tilde_under-score.dots...$@!*/%s',
];

/** Two names that look the same: one é, and an e with an accent after it. */
const LOOKALIKES = ['r\u00e9sum\u00e9.pdf', 'r\u00e9sum\u00e9.pdf'.normalize('NFD')];

const OVERSIZE_BYTES = 201 * 1024 * 1024;

/**
 * The demo's tenants. Acme has its documents in a folder of its bucket; Globex hands over the whole bucket, results
 * included. Made in code: the same every time, so that a demo that was killed can go on.
 * @param isSmall about a dozen documents, and nothing large.
 */
export async function demoTenants(isSmall: boolean): Promise<DemoTenant[]> {
  if (OVERSIZE_BYTES <= S3_POLL_MAX_OBJECT_BYTES) throw new Error('the oversize document is not oversize');
  const files = await specials();
  const pdfs = (await samplePdfs()).filter(({ pages }) => !isSmall || pages < 10);
  const half = isSmall ? 6 : Math.ceil(pdfs.length / 2);
  return [
    acme(pdfs.slice(0, half), files, isSmall),
    globex(isSmall ? pdfs.slice(half, 2 * half) : [...pdfs.slice(half), ...printedSamples()], files),
  ];
}

function acme(pdfs: SamplePdf[], files: Specials, isSmall: boolean): DemoTenant {
  const inbox = (path: string): string => `inbox/${path}`;
  const [first] = pdfs;
  if (first === undefined) throw new Error('there are no samples');
  const large: DemoDocument[] = isSmall
    ? []
    : [
        {
          key: inbox('scans/Plant drawings 1957–2026 (all).pdf'),
          content: { zeroBytes: OVERSIZE_BYTES },
          contentType: 'application/pdf',
          expected: { outcome: 'skipped', reason: 'oversize' },
        },
      ];
  return {
    name: 'Acme Legal',
    email: 'ada@acme.example',
    bucket: 'acme-documents',
    inputPrefix: 'inbox/',
    outputPrefix: 'accessible/',
    documents: [
      ...spread(pdfs, inbox),
      ...LOOKALIKES.map((name) => pdfAt(inbox(`CVs/${name}`), first)),
      pdfAt(inbox(`long/${longName(900)}.PDF`), first),
      // Fits as a source and not as a result, whose folder has a longer name.
      fileAt(inbox(`long/${longName(1_009)}.pdf`), first.bytes, {
        outcome: 'failed',
        reason: 'object_name_unusable',
      }),
      ...large,
      fileAt(inbox('HR/payroll (protected).pdf'), files.encrypted.bytes, failed('pdf_encrypted')),
      fileAt(inbox('damaged.pdf'), files.corrupt.bytes, failed('pdf_corrupt')),
      fileAt(inbox('empty.pdf'), files.empty.bytes, { outcome: 'skipped', reason: 'empty_object' }),
      textFile(inbox('notes.txt'), 'Not a PDF.\n', { outcome: 'skipped', reason: 'not_pdf' }),
      folderMarker(inbox('to do/')),
      pdfAt('archive/outside the inbox.pdf', first, { outcome: 'left_alone' }),
    ],
  };
}

function globex(pdfs: SamplePdf[], files: Specials): DemoTenant {
  const [first] = pdfs;
  if (first === undefined) throw new Error('there are no samples');
  return {
    name: 'Globex Archive',
    email: 'grace@globex.example',
    bucket: 'globex-archive',
    inputPrefix: '',
    outputPrefix: 'remediated/',
    documents: [
      ...spread(pdfs, (path) => path),
      fileAt('uploads/half a download.pdf', files.truncated.bytes, failed('pdf_corrupt')),
      fileAt('uploads/download.pdf', files.notAPdf.bytes, failed('not_a_pdf')),
      fileAt('uploads/none.pdf', files.empty.bytes, { outcome: 'skipped', reason: 'empty_object' }),
      textFile('README', 'Scans of the archive.\n', { outcome: 'skipped', reason: 'not_pdf' }),
      folderMarker('uploads/'),
      {
        // Somebody moved a result of ours to where documents are taken from.
        ...pdfAt('uploads/copied back.pdf', first, { outcome: 'skipped', reason: 'own_output' }),
        metadata: { 'sluice-job-id': '00000000-0000-4000-8000-000000000000' },
      },
    ],
  };
}

/** Puts the samples into the awkward places, one after the other. */
function spread(pdfs: SamplePdf[], toKey: (path: string) => string): DemoDocument[] {
  return pdfs.map((pdf, index) => {
    const place = AWKWARD_PLACES[index % AWKWARD_PLACES.length] ?? '%s';
    // As a function: a name may hold what `replace` takes for a pattern.
    return pdfAt(toKey(place.replace('%s', () => pdf.name)), pdf);
  });
}

function pdfAt(key: string, { bytes, pages }: SamplePdf, expected?: Expectation): DemoDocument {
  return fileAt(key, bytes, expected ?? { outcome: 'written_back', pages });
}

function fileAt(key: string, bytes: SpecialFile['bytes'], expected: Expectation): DemoDocument {
  return { key, content: bytes, contentType: 'application/pdf', expected };
}

function folderMarker(key: string): DemoDocument {
  return {
    key,
    content: new Uint8Array(0),
    contentType: 'application/x-directory',
    expected: { outcome: 'skipped', reason: 'folder_marker' },
  };
}

function failed(reason: 'pdf_encrypted' | 'pdf_corrupt' | 'not_a_pdf'): Expectation {
  return { outcome: 'failed', reason };
}

function longName(bytes: number): string {
  return 'very long '.repeat(Math.ceil(bytes / 10)).slice(0, bytes);
}
