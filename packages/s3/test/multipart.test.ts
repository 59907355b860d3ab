import { type FakeS3, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, failure } from './support/fake.ts';

const MIB = 1024 * 1024;

let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: ['bucket'] });
});
afterAll(() => fake.stop());
afterEach(() => {
  fake.clearFaults();
  fake.clearRequests();
});

/** Bytes that differ from part to part, in chunks that do not fit the parts. */
const content = (sizeBytes: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: sizeBytes }, (_, index) => (index * 31 + (index >> 12)) & 255));
const stream = (bytes: Buffer, chunkBytes = 700_001): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.byteLength; at += chunkBytes) {
        controller.enqueue(new Uint8Array(bytes.subarray(at, at + chunkBytes)));
      }
      controller.close();
    },
  });
const upload = (key: string, bytes: Buffer): Parameters<ReturnType<typeof clientOf>['uploadStream']>[0] => ({
  key,
  body: stream(bytes),
  contentType: 'application/pdf',
  metadata: { job: 'ü' },
  partBytes: 5 * MIB,
});

describe('upload of a stream', () => {
  it.each([0, 1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 11 * MIB])(
    'of %d bytes arrives whole',
    async (sizeBytes) => {
      const bytes = content(sizeBytes);
      const client = clientOf(fake);
      const result = await client.uploadStream(upload(`size-${sizeBytes}`, bytes));
      expect(result.sizeBytes).toBe(sizeBytes);
      const stored = fake.bucket('bucket').get(`size-${sizeBytes}`);
      expect(stored?.body?.equals(bytes)).toBe(true);
      expect(stored?.etag).toBe(result.etag);
      expect((await client.head(`size-${sizeBytes}`)).metadata).toEqual({ job: 'ü' });
      expect(fake.multipart.openUploads).toBe(0);
    },
  );

  it('retries a part, not the stream', async () => {
    const bytes = content(6 * MIB);
    fake.addFault(faults.only({ operation: 'UploadPart', times: 2 }, faults.bare(500)));
    await clientOf(fake).uploadStream(upload('retried', bytes));
    expect(fake.bucket('bucket').get('retried')?.body?.equals(bytes)).toBe(true);
  });

  it('aborts when a part, the completion or the source fails, and says why', async () => {
    const bytes = content(6 * MIB);
    const client = clientOf(fake);
    fake.addFault(faults.only({ operation: 'UploadPart' }, faults.denies('s3:PutObject')));
    expect((await failure(client.uploadStream(upload('denied', bytes)))).code).toBe('access_denied');
    expect(fake.multipart.openUploads).toBe(0);
    fake.clearFaults();
    fake.addFault(faults.only({ operation: 'CompleteMultipartUpload' }, faults.lateError('InternalError')));
    expect((await failure(client.uploadStream(upload('late', bytes)))).code).toBe('upstream_unavailable');
    expect(fake.multipart.openUploads).toBe(0);
    fake.clearFaults();
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) =>
        fake.multipart.openUploads === 0
          ? controller.enqueue(new Uint8Array(MIB))
          : controller.error(new Error('source broke')),
    });
    await expect(client.uploadStream({ ...upload('broken', bytes), body: broken })).rejects.toThrow(
      'source broke',
    );
    expect(fake.multipart.openUploads).toBe(0);
    expect(fake.bucket('bucket').get('broken')).toBeUndefined();
  });

  it('aborts although its caller has gone', async () => {
    const controller = new AbortController();
    fake.addFault(
      faults.only({ operation: 'UploadPart' }, (_, proceed) => {
        controller.abort();
        return proceed();
      }),
    );
    const error = await failure(
      clientOf(fake).uploadStream({ ...upload('gone', content(11 * MIB)), signal: controller.signal }),
    );
    expect(error.code).toBe('unavailable');
    expect(fake.multipart.openUploads).toBe(0);
  });

  it('does not overwrite when it must not, also where completion takes no condition', async () => {
    fake.bucket('bucket').put('taken', Buffer.from('theirs'), {}, 0);
    const client = clientOf(fake);
    for (const bytes of [content(10), content(6 * MIB)]) {
      expect((await failure(client.uploadStream({ ...upload('taken', bytes), ifAbsent: true }))).code).toBe(
        'object_exists',
      );
    }
    expect(fake.bucket('bucket').get('taken')?.body?.toString()).toBe('theirs');
    expect(fake.multipart.openUploads).toBe(0);
    expect(fake.requests.some((one) => one.operation === 'CompleteMultipartUpload')).toBe(false);
  });

  it('lets go of its source when it fails', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(MIB)),
      cancel: () => {
        cancelled = true;
      },
    });
    fake.addFault(faults.only({ operation: 'CreateMultipartUpload' }, faults.denies('s3:PutObject')));
    await failure(clientOf(fake).uploadStream({ ...upload('x', content(0)), body }));
    expect(cancelled).toBe(true);
  });
});

describe('completion of a multipart upload', () => {
  const parts = async (
    client: ReturnType<typeof clientOf>,
    key: string,
  ): Promise<[{ key: string; uploadId: string }, { partNumber: number; etag: string }[]]> => {
    const target = { key, uploadId: await client.createMultipart({ key, contentType: 'a/b' }) };
    return [
      target,
      [await client.uploadPart(target, 1, content(5 * MIB)), await client.uploadPart(target, 2, content(3))],
    ];
  };

  it('is done again after an error with status 200', async () => {
    const client = clientOf(fake);
    const [target, uploaded] = await parts(client, 'again');
    fake.addFault(
      faults.only({ operation: 'CompleteMultipartUpload', times: 1 }, faults.lateError('InternalError')),
    );
    const { etag } = await client.completeMultipart(target, uploaded);
    expect(etag).toBe(fake.bucket('bucket').get('again')?.etag);
  });

  it('knows its own success when the answer was lost', async () => {
    const client = clientOf(fake);
    const [target, uploaded] = await parts(client, 'lost');
    fake.addFault(faults.only({ operation: 'CompleteMultipartUpload', times: 1 }, faults.loses));
    const { etag } = await client.completeMultipart(target, uploaded, { ifAbsent: true });
    expect(etag).toMatch(/^[0-9a-f]{32}-2$/);
  });

  it('looks at the object where the answer has no ETag (Ceph)', async () => {
    const client = clientOf(fake);
    const [target, uploaded] = await parts(client, 'ceph');
    fake.addFault(
      faults.only(
        { operation: 'CompleteMultipartUpload' },
        faults.rewrites((text) => text.replace(/<ETag>.*<\/ETag>/, '<ETag></ETag>')),
      ),
    );
    expect((await client.completeMultipart(target, uploaded)).etag).toBe(
      fake.bucket('bucket').get('ceph')?.etag,
    );
  });

  it('does not take the object of another for its own', async () => {
    const client = clientOf(fake);
    const [target, uploaded] = await parts(client, 'theirs');
    fake.bucket('bucket').put('theirs', Buffer.from('x'), {}, 0);
    await client.abortMultipart(target);
    const error = await failure(client.completeMultipart(target, uploaded));
    expect(error.providerCode).toBe('NoSuchUpload');
  });

  it('aborting what is gone succeeds', async () => {
    const client = clientOf(fake);
    const target = { key: 'k', uploadId: 'none' };
    await client.abortMultipart(target);
    expect(fake.requests).toHaveLength(1);
  });
});

describe('copy', () => {
  it('notices an error with status 200, and tries again', async () => {
    fake.bucket('bucket').put('source', Buffer.from('x'), {}, 0);
    fake.addFault(faults.only({ operation: 'CopyObject', times: 1 }, faults.lateError('SlowDown')));
    const client = clientOf(fake);
    await client.copy({ sourceKey: 'source', key: 'copy' });
    expect(fake.requests).toHaveLength(2);
    fake.addFault(
      faults.only(
        { operation: 'CopyObject' },
        faults.rewrites(() => ''),
      ),
    );
    expect(
      (
        await failure(
          clientOf(fake, { retry: { maxAttempts: 1 } }).copy({ sourceKey: 'source', key: 'copy' }),
        )
      ).code,
    ).toBe('upstream_invalid');
  });
});
