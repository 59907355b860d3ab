import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { samplePdfs, specials } from '@sluice/testkit/samples';

const ETAG = '"0123456789abcdef0123456789abcdef"';
/** More than the limit, without an end: nobody may read it all. */
const ENDLESS_CHUNK = Buffer.alloc(1 << 20, 0x20);

function s3Error(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'Content-Type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
}

/**
 * Stands in for a bucket: good files, and every way in which a bucket misbehaves. A process of its own, because
 * the tests' modules are resolved for workerd. Sends its port and files to the process that forked it.
 */
async function serve(): Promise<void> {
  const files = new Map<string, { name: string; bytes: Uint8Array }>();
  for (const [index, sample] of (await samplePdfs()).entries()) files.set(`/files/${index}`, sample);
  for (const [key, special] of Object.entries(await specials())) files.set(`/special/${key}`, special);
  const pdf = files.get('/files/1');
  if (!pdf) throw new Error('There are samples.');
  const whole = Buffer.from(pdf.bytes);

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = files.get(pathname);
    if (file) {
      if (request.headers['if-match'] !== ETAG) return s3Error(response, 412, 'PreconditionFailed');
      response.writeHead(200, { ETag: ETAG, 'Content-Length': file.bytes.length });
      return void response.end(file.bytes);
    }
    switch (pathname) {
      case '/forbidden':
        return s3Error(response, 403, 'AccessDenied');
      case '/missing':
        return s3Error(response, 404, 'NoSuchKey');
      case '/huge-error':
        response.writeHead(503, { 'Content-Type': 'application/xml' });
        return endless(response);
      case '/changed':
        response.writeHead(200, { ETag: '"another"', 'Content-Length': whole.length });
        return void response.end(whole);
      case '/declared-longer':
        response.writeHead(200, { ETag: ETAG, 'Content-Length': whole.length + 5 });
        return void response.end(Buffer.concat([whole, Buffer.from('-more')]));
      case '/broken-off':
        response.writeHead(200, { ETag: ETAG, 'Content-Length': whole.length });
        response.write(whole.subarray(0, 100));
        return void setTimeout(() => response.destroy(), 50);
      case '/chunked-short':
        response.writeHead(200, { ETag: ETAG });
        return void response.end(whole.subarray(0, 100));
      case '/chunked-endless':
        response.writeHead(200, { ETag: ETAG });
        return endless(response);
      case '/silent':
        return; // never answers
      case '/stalls':
        response.writeHead(200, { ETag: ETAG, 'Content-Length': whole.length });
        return void response.write(whole.subarray(0, 100)); // and never the rest
      case '/redirect':
        response.writeHead(302, { Location: '/files/1' });
        return void response.end();
      default:
        return s3Error(response, 404, 'NoSuchKey');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  process.send?.({
    origin: `http://127.0.0.1:${port}`,
    files: [...files].map(([path, { name, bytes }]) => ({ path, name, sizeBytes: bytes.length })),
  });
  process.once('disconnect', () => process.exit(0));
}

function endless(response: ServerResponse): void {
  const write = (): void => {
    while (!response.destroyed && response.write(ENDLESS_CHUNK));
    if (!response.destroyed) response.once('drain', write);
  };
  write();
}

await serve();
