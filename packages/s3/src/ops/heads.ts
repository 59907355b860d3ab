import type { ObjectHead } from '@sluice/core';
import { SluiceError } from '@sluice/shared';
import { readMetadata } from '../metadata.ts';
import { bareEtag } from '../xml/list-scanner.ts';

export interface S3ObjectHead extends ObjectHead {
  readonly cacheControl: string | null;
  readonly storageClass: string | null;
}

const toIso = (header: string | null): string | null => {
  const epochMs = header === null ? Number.NaN : Date.parse(header);
  return Number.isNaN(epochMs) ? null : new Date(epochMs).toISOString();
};

/** Whole size of the object: of a 206 the part after the slash of Content-Range. */
const sizeOf = (headers: Headers, status: number): number => {
  const text =
    status === 206 ? /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] : headers.get('content-length');
  if (text == null || !/^\d{1,16}$/.test(text)) {
    throw new SluiceError('upstream_invalid', {
      detail: 'The provider did not tell the size of the object.',
    });
  }
  return Number(text);
};

/** The head of an object from the answer to HEAD or GET. @throws SluiceError `upstream_invalid` */
export const readHead = (response: Response): S3ObjectHead => {
  const { headers } = response;
  const etag = headers.get('etag');
  if (etag === null) {
    throw new SluiceError('upstream_invalid', {
      detail: 'The provider did not tell the ETag of the object.',
    });
  }
  const versionId = headers.get('x-amz-version-id');
  return {
    etag: bareEtag(etag),
    sizeBytes: sizeOf(headers, response.status),
    contentType: headers.get('content-type'),
    lastModified: toIso(headers.get('last-modified')),
    versionId: versionId === 'null' ? null : versionId,
    metadata: readMetadata(headers),
    contentEncoding: headers.get('content-encoding'),
    cacheControl: headers.get('cache-control'),
    storageClass: headers.get('x-amz-storage-class'),
  };
};

/** What a write answers with. */
export interface WriteResult {
  readonly etag: string;
  readonly versionId: string | null;
}

/** ETag and version of an answer to a write. @throws SluiceError `upstream_invalid` without an ETag */
export const readWriteResult = (headers: Headers, etagInBody?: string): WriteResult => {
  const etag = etagInBody ?? headers.get('etag');
  if (etag === null || etag === '') {
    throw new SluiceError('upstream_invalid', {
      detail: 'The provider did not confirm the write with an ETag.',
    });
  }
  const versionId = headers.get('x-amz-version-id');
  return { etag: bareEtag(etag), versionId: versionId === 'null' ? null : versionId };
};

/** A quoted ETag, for the If-Match family. */
export const quoteEtag = (etag: string): string => (etag.startsWith('"') ? etag : `"${etag}"`);

/** Lets the connection be used again; what comes of it is of no interest. */
export const discard = async (response: Response): Promise<void> => {
  await response.body?.cancel().catch(() => undefined);
};
