import type { R2Receiver } from '@sluice/shared';
import { strToU8, zipSync } from 'fflate';

/** The same files make the same archive. */
const WRITTEN_AT = new Date('2026-01-01T00:00:00Z');

/** The files in a folder that is called as the Worker is. */
export const archiveOf = ({ names, files }: R2Receiver): Uint8Array<ArrayBuffer> =>
  zipSync(
    Object.fromEntries(files.map(({ path, content }) => [`${names.worker}/${path}`, strToU8(content)])),
    { mtime: WRITTEN_AT },
  );
