import { join } from 'node:path';
/** Folder of the PDFs that `npm run samples` prints. */
export const printedDir = join(import.meta.dirname, '../../../samples/pdf');
