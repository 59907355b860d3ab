import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openCustomerBucket } from '../demo/customer-bucket.ts';
import { errorMessage, type LogFn } from '../stack/log.ts';
import type { S3Coordinates } from '../stack/stack-types.ts';

/** What R2 puts on a queue when an object was written. */
export interface R2Notification {
  readonly account: string;
  readonly action: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload';
  readonly bucket: string;
  readonly object: { readonly key: string; readonly size: number; readonly eTag: string };
  readonly eventTime: string;
}

export interface NotifyingProxy {
  /** The buckets' coordinates by way of the proxy: what is written there is told of. */
  readonly s3: S3Coordinates;
  stop(): Promise<void>;
}

const NO_ACCOUNT = '0'.repeat(32);

/**
 * R2's local S3 endpoint does not tell of what is written; this stands before it and does. Requests and answers pass
 * through as they are: signatures are for the host the client named, which is handed on.
 */
export const startNotifyingProxy = async (
  s3: S3Coordinates,
  notify: (notification: R2Notification) => Promise<void>,
  log: LogFn,
): Promise<NotifyingProxy> => {
  const inner = new URL(s3.endpoint);
  const tell = async (request: IncomingMessage): Promise<void> => {
    const written = writtenBy(request, inner.pathname);
    if (written === null) return;
    const { bucket, key, action } = written;
    // Asked for, because the answers to a copy and to parts put together do not say the size.
    const { etag, sizeBytes } = await openCustomerBucket(s3, bucket).head(key);
    await notify({
      account: NO_ACCOUNT,
      action,
      bucket,
      object: { key, size: sizeBytes, eTag: etag },
      eventTime: new Date().toISOString(),
    });
  };
  const server = createServer((request, response) => {
    pass(request, response, inner, () => {
      tell(request).catch((error: unknown) =>
        log({ level: 'error', source: 'notifier', message: errorMessage(error) }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    s3: { ...s3, endpoint: `http://127.0.0.1:${port}${inner.pathname}` },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const pass = (request: IncomingMessage, response: ServerResponse, inner: URL, onOk: () => void): void => {
  const outgoing = httpRequest(
    {
      host: inner.hostname,
      port: inner.port,
      method: request.method,
      path: request.url,
      headers: request.headers,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      if (answer.statusCode === 200) answer.once('end', onOk);
    },
  );
  outgoing.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  request.pipe(outgoing);
};

/** The object that a request that went well has written, if it was of that kind. */
const writtenBy = (
  request: IncomingMessage,
  base: string,
): (Pick<R2Notification, 'bucket' | 'action'> & { key: string }) | null => {
  const url = new URL(request.url ?? '/', 'http://bucket');
  const [, bucket = '', path = ''] = /^\/([^/]+)\/(.+)$/.exec(url.pathname.slice(base.length)) ?? [];
  if (path === '') return null;
  const key = decodeURIComponent(path);
  if (request.method === 'PUT' && !url.searchParams.has('partNumber')) {
    const action = request.headers['x-amz-copy-source'] === undefined ? 'PutObject' : 'CopyObject';
    return { bucket, key, action };
  }
  if (request.method === 'POST' && url.searchParams.has('uploadId')) {
    return { bucket, key, action: 'CompleteMultipartUpload' };
  }
  return null;
};
