import { openBucket, type S3Client } from '@sluice/s3';
import type { S3Coordinates } from '../stack/stack-types.ts';
import { type DemoDocument, sizeOf } from './document.ts';

const UPLOADS_AT_ONCE = 4;
const ZEROS = new Uint8Array(1024 * 1024);

/** A customer's bucket of the stack, as the customer. */
export function openCustomerBucket(s3: S3Coordinates, bucket: string): S3Client {
  return openBucket({
    bucket,
    provider: { provider: 'generic', endpoint: s3.endpoint, region: s3.region, addressing: 'path' },
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    egress: { mode: 'allow-loopback' },
  });
}

/**
 * Puts what is not there yet.
 * @param onPut told after each.
 */
export async function putDocuments(
  bucket: S3Client,
  documents: readonly DemoDocument[],
  onPut: () => void = () => undefined,
): Promise<void> {
  const present = new Set((await listBucket(bucket)).keys());
  const missing = documents.filter(({ key }) => !present.has(key)).values();
  const worker = async (): Promise<void> => {
    for (const document of missing) {
      await bucket.put({
        key: document.key,
        body: document.content instanceof Uint8Array ? document.content : zeros(document.content.zeroBytes),
        sizeBytes: sizeOf(document),
        contentType: document.contentType,
        ...(document.metadata === undefined ? {} : { metadata: document.metadata }),
      });
      onPut();
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, worker));
}

export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

/** Everything in the bucket, by key. */
export async function listBucket(bucket: Pick<S3Client, 'listAll'>): Promise<Map<string, ListedObject>> {
  const listed = new Map<string, ListedObject>();
  for await (const page of bucket.listAll({ prefix: '' })) {
    for (const object of page) listed.set(object.key, object);
  }
  return listed;
}

function zeros(sizeBytes: number): ReadableStream<Uint8Array> {
  let left = sizeBytes;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      const chunk = ZEROS.subarray(0, Math.min(left, ZEROS.byteLength));
      left -= chunk.byteLength;
      controller.enqueue(chunk);
    },
  });
}
