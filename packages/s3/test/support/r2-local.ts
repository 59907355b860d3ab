import type { AwsCredentials } from '@sluice/aws';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';

export interface R2Local {
  /** With the path below which the buckets are. */
  readonly endpoint: string;
  readonly credentials: AwsCredentials;
  readonly buckets: readonly string[];
  stop(): Promise<void>;
}

/** R2's own S3 endpoint (real SigV4 checks) in memory, with these buckets. */
export const startR2Local = async (...buckets: string[]): Promise<R2Local> => {
  const credentials = {
    accessKeyId: 'r2localaccesskey0001',
    secretAccessKey: 'r2localsecret/With+Odd=Characters00001',
  };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      log: new Log(LogLevel.NONE),
      host: '127.0.0.1',
      port: 0,
      workers: [
        {
          name: 'buckets',
          modules: true,
          compatibilityDate: '2026-11-01',
          script: 'export default { fetch: () => new Response(null, { status: 404 }) };',
          r2Buckets: Object.fromEntries(
            buckets.map((name) => [name, { id: name, s3Credentials: credentials }]),
          ),
        },
      ],
    }),
  );
  const origin = await miniflare.ready;
  return {
    endpoint: `${origin.origin}/cdn-cgi/local/r2/s3`,
    credentials,
    buckets,
    stop: () => miniflare.dispose(),
  };
};
