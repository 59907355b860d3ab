import { openBucket } from '@sluice/s3';
import type { S3Coordinates } from '@sluice/testkit';
import type { FakeBucket } from '@sluice/testkit/fake-s3';
import type { Version } from './document.ts';

/** What lies in a bucket. */
export interface Listed {
  readonly etag: string;
  readonly sizeBytes: number;
}

export interface Read {
  readonly text: string;
  /** Without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A bucket as its customer has it: not by way of any fault. */
export interface CustomerBucket {
  put(version: Version): Promise<void>;
  delete(key: string): Promise<void>;
  list(): Promise<Map<string, Listed>>;
  /** Of an object that is there. */
  read(key: string): Promise<Read>;
}

const META = 'x-amz-meta-';

/** One of the fake server, which never dies and always tells the truth. */
export const fakeCustomerBucket = (bucket: FakeBucket): CustomerBucket => ({
  put: async ({ key, bytes }) => {
    bucket.put(key, bytes, { 'content-type': 'application/pdf' }, Date.now());
  },
  delete: async (key) => {
    bucket.delete(key);
  },
  list: async () =>
    new Map(
      bucket.keys().flatMap((key) => {
        const object = bucket.get(key);
        return object === undefined ? [] : [[key, { etag: object.etag, sizeBytes: object.sizeBytes }]];
      }),
    ),
  read: async (key) => {
    const { body = null, headers = {} } = bucket.get(key) ?? {};
    const metadata = Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(META) ? [[name.slice(META.length), value] as const] : [],
    );
    return { text: String(body ?? ''), metadata: Object.fromEntries(metadata) };
  },
});

/** One of the stack's own, R2's local endpoint: it dies with the stack, so whoever uses it tries again. */
export const r2CustomerBucket = (s3: () => S3Coordinates, name: string): CustomerBucket => {
  const open = () => {
    const { endpoint, region, accessKeyId, secretAccessKey } = s3();
    return openBucket({
      bucket: name,
      provider: { provider: 'generic', endpoint, region, addressing: 'path' },
      credentials: { accessKeyId, secretAccessKey },
      egress: { mode: 'allow-loopback' },
    });
  };
  return {
    put: async ({ key, bytes, sizeBytes }) => {
      await open().put({ key, body: bytes, sizeBytes, contentType: 'application/pdf' });
    },
    delete: (key) => open().delete(key),
    list: async () => {
      const listed = new Map<string, Listed>();
      for await (const page of open().listAll({ prefix: '' })) {
        for (const { key, etag, sizeBytes } of page) listed.set(key, { etag, sizeBytes });
      }
      return listed;
    },
    read: async (key) => {
      const bucket = open();
      const { body } = await bucket.get(key);
      return { text: await new Response(body).text(), metadata: (await bucket.head(key)).metadata };
    },
  };
};
