import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openBucket } from '@sluice/s3';
import { BUCKET, CREDENTIALS } from './corpus.ts';

/** An object as every client shows it, as one line. */
export type Lister = (endpoint: string) => Promise<string[]>;

const lineOf = (key: string, etag: string, size: number): string =>
  `${key} ${etag.replaceAll('"', '')} ${size}`;

/** The parts of the peers that are used; they are not installed where types are checked. */
interface AwsSdk {
  readonly S3Client: new (options: object) => object;
  paginateListObjectsV2(
    this: void,
    config: object,
    input: object,
  ): AsyncIterable<{
    readonly Contents?: readonly { readonly Key: string; readonly ETag: string; readonly Size: number }[];
  }>;
}
interface Minio {
  readonly Client: new (
    options: object,
  ) => {
    listObjectsV2(
      bucket: string,
      prefix: string,
      recursive: boolean,
    ): AsyncIterable<{ readonly name: string; readonly etag: string; readonly size: number }>;
  };
}

const benchDir = join(import.meta.dirname, '../..');

/** Installs the peers below bench/ when they are not there yet. */
const load = async <T>(name: string): Promise<T> => {
  if (!existsSync(join(benchDir, 'node_modules', name))) {
    const args = ['ci', '--prefix', benchDir, '--no-audit', '--no-fund', '--silent'];
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return (await import(name)) as T;
};

const sluice: Lister = async (endpoint) => {
  const bucket = openBucket({
    provider: { provider: 'generic', endpoint },
    bucket: BUCKET,
    credentials: CREDENTIALS,
    egress: { mode: 'allow-loopback' },
  });
  const lines: string[] = [];
  for await (const page of bucket.listAll({ prefix: '' })) {
    for (const { key, etag, sizeBytes } of page) lines.push(lineOf(key, etag, sizeBytes));
  }
  return lines;
};

/** One listing from beginning to end, one page after another, by each client. */
export const loadListers = async (): Promise<readonly { readonly name: string; readonly list: Lister }[]> => {
  const { S3Client, paginateListObjectsV2 } = await load<AwsSdk>('@aws-sdk/client-s3');
  const { Client } = await load<Minio>('minio');
  return [
    { name: '@sluice/s3', list: sluice },
    {
      name: '@aws-sdk/client-s3',
      list: async (endpoint) => {
        const client = new S3Client({
          endpoint,
          region: 'us-east-1',
          forcePathStyle: true,
          credentials: CREDENTIALS,
        });
        const lines: string[] = [];
        for await (const page of paginateListObjectsV2({ client }, { Bucket: BUCKET, EncodingType: 'url' })) {
          for (const { Key, ETag, Size } of page.Contents ?? []) {
            lines.push(lineOf(decodeURIComponent(Key.replaceAll('+', ' ')), ETag, Size));
          }
        }
        return lines;
      },
    },
    {
      name: 'minio-js',
      list: async (endpoint) => {
        const { hostname, port } = new URL(endpoint);
        const client = new Client({
          endPoint: hostname,
          port: Number(port),
          useSSL: false,
          region: 'us-east-1',
          accessKey: CREDENTIALS.accessKeyId,
          secretKey: CREDENTIALS.secretAccessKey,
        });
        const lines: string[] = [];
        for await (const { name, etag, size } of client.listObjectsV2(BUCKET, '', true)) {
          lines.push(lineOf(name, etag, size));
        }
        return lines;
      },
    },
  ];
};
