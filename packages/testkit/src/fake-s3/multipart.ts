import { createHash, randomUUID } from 'node:crypto';
import { type Answer, emptyAnswer, errorAnswer, type FakeRequest, xmlAnswer } from './answer.ts';
import type { FakeBucket } from './store.ts';

const MIN_PART_BYTES = 5 * 1024 * 1024;

interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Buffer>;
}

/** Multipart uploads of all buckets. */
export class FakeMultipart {
  readonly #uploads = new Map<string, Upload>();

  /** Uploads neither completed nor aborted: each is paid for. */
  get openUploads(): number {
    return this.#uploads.size;
  }

  create(request: FakeRequest): Answer {
    const uploadId = randomUUID();
    const kept = Object.entries(request.headers).filter(
      ([name]) => name === 'content-type' || name.startsWith('x-amz-meta-'),
    );
    this.#uploads.set(uploadId, { key: request.key, headers: Object.fromEntries(kept), parts: new Map() });
    return xmlAnswer(
      200,
      `<InitiateMultipartUploadResult><UploadId>${uploadId}</UploadId></InitiateMultipartUploadResult>`,
    );
  }

  #find(request: FakeRequest): Upload | null {
    const upload = this.#uploads.get(request.query.get('uploadId') ?? '');
    return upload?.key === request.key ? upload : null;
  }

  uploadPart(request: FakeRequest): Answer {
    const upload = this.#find(request);
    if (upload === null) return noSuchUpload();
    upload.parts.set(Number(request.query.get('partNumber')), request.body);
    return emptyAnswer(200, { etag: `"${createHash('md5').update(request.body).digest('hex')}"` });
  }

  abort(request: FakeRequest): Answer {
    if (this.#find(request) === null) return noSuchUpload();
    this.#uploads.delete(request.query.get('uploadId') ?? '');
    return emptyAnswer(204);
  }

  complete(bucket: FakeBucket, request: FakeRequest, nowMs: number): Answer {
    const upload = this.#find(request);
    if (upload === null) return noSuchUpload();
    const listed = [
      ...request.body.toString('utf8').matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]*)<\/ETag>/g),
    ];
    const parts = listed.map(([, number, etag]) => ({ body: upload.parts.get(Number(number)), etag }));
    const hashes: Buffer[] = [];
    for (const [index, { body, etag }] of parts.entries()) {
      const hash = body === undefined ? null : createHash('md5').update(body).digest();
      if (body === undefined || hash === null || etag?.replaceAll('&quot;', '') !== hash.toString('hex')) {
        return errorAnswer(400, 'InvalidPart', 'One or more of the specified parts could not be found.');
      }
      if (index < parts.length - 1 && body.byteLength < MIN_PART_BYTES) {
        return errorAnswer(
          400,
          'EntityTooSmall',
          'Your proposed upload is smaller than the minimum allowed size',
        );
      }
      hashes.push(hash);
    }
    if (request.headers['if-none-match'] === '*' && bucket.get(request.key) !== undefined) {
      return errorAnswer(412, 'PreconditionFailed', '', { Condition: 'If-None-Match' });
    }
    const etag = `${createHash('md5').update(Buffer.concat(hashes)).digest('hex')}-${parts.length}`;
    const body = Buffer.concat(parts.map((part) => part.body ?? Buffer.alloc(0)));
    bucket.put(request.key, body, upload.headers, nowMs, etag);
    this.#uploads.delete(request.query.get('uploadId') ?? '');
    return xmlAnswer(
      200,
      `<CompleteMultipartUploadResult><ETag>&quot;${etag}&quot;</ETag></CompleteMultipartUploadResult>`,
    );
  }
}

const noSuchUpload = (): Answer => errorAnswer(404, 'NoSuchUpload', 'The specified upload does not exist.');
