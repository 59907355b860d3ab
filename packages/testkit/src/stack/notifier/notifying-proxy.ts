import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorMessage, type LogFn } from '../log.ts';

/** An object that somebody has written over S3. */
export interface WrittenObject {
  readonly bucket: string;
  readonly key: string;
  /** As R2 names it. */
  readonly action: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload';
  /** ISO 8601. */
  readonly at: string;
}

export interface NotifyingProxy {
  /** The buckets' endpoint by way of the proxy: what is written there is told of. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * R2's local S3 endpoint does not tell of what is written; this stands before it and does. Requests and answers pass
 * through as they are: signatures are for the host the client named, which is handed on.
 */
export const startNotifyingProxy = async (
  endpoint: string,
  tell: (written: WrittenObject) => Promise<void>,
  log: LogFn,
  port = 0,
): Promise<NotifyingProxy> => {
  const inner = new URL(endpoint);
  const server = createServer((request, response) => {
    pass(request, response, inner, () => {
      const written = writtenBy(request, inner.pathname);
      if (written === null) return;
      tell(written).catch((error: unknown) =>
        log({ level: 'error', source: 'notifier', message: errorMessage(error) }),
      );
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: own } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${own}${inner.pathname}`,
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
  // Whoever gives up half way has written nothing.
  request.once('aborted', () => outgoing.destroy());
  response.once('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  request.pipe(outgoing);
};

/** The object that a request that went well has written, if it was of that kind. */
const writtenBy = (request: IncomingMessage, base: string): WrittenObject | null => {
  const url = new URL(request.url ?? '/', 'http://bucket');
  const [, bucket = '', path = ''] = /^\/([^/]+)\/(.+)$/.exec(url.pathname.slice(base.length)) ?? [];
  if (path === '') return null;
  const key = decodeURIComponent(path);
  const at = new Date().toISOString();
  if (request.method === 'PUT' && !url.searchParams.has('partNumber')) {
    const action = request.headers['x-amz-copy-source'] === undefined ? 'PutObject' : 'CopyObject';
    return { bucket, key, action, at };
  }
  if (request.method === 'POST' && url.searchParams.has('uploadId')) {
    return { bucket, key, action: 'CompleteMultipartUpload', at };
  }
  return null;
};
