import { createHash } from 'node:crypto';
import { rawPdf, rawStream } from '@sluice/testkit/samples';
import type { Content } from '../plan/plan.ts';

/** One version of a document, as its customer put it there. */
export interface Version {
  readonly key: string;
  readonly content: Content;
  /** Stands in the text of the document, and nowhere else. */
  readonly marker: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly bytes: Buffer;
}

/** @param marker of letters and digits. */
export const versionOf = (key: string, content: Content, marker: string): Version => {
  const bytes = bytesOf(content, marker);
  const etag = createHash('md5').update(bytes).digest('hex');
  return { key, content, marker, etag, sizeBytes: bytes.byteLength, bytes };
};

const bytesOf = (content: Content, marker: string): Buffer => {
  switch (content) {
    case 'pdf':
      return Buffer.from(
        rawPdf([
          '<</Type /Catalog /Pages 2 0 R>>',
          '<</Type /Pages /Kids [3 0 R] /Count 1>>',
          '<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>>>>',
          rawStream(`BT /F 18 Tf 20 150 Td (${marker}) Tj ET`),
          '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>',
        ]),
      );
    case 'text':
      return Buffer.from(`${marker}: no PDF, whatever its name says.\n`);
    case 'corrupt':
      return Buffer.from(`%PDF-1.4\n${marker}: and nothing more of a PDF.\n`);
    case 'empty':
      return Buffer.alloc(0);
    default:
      return content satisfies never;
  }
};
