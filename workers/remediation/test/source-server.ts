import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createLogger } from '@sluice/observability';
import { startDocumentServer } from '@sluice/processor/server';
import { parseSettings } from '@sluice/processor/settings';
import { NODE_REMEDIATION_LIMITS } from '@sluice/remediation';
import { longPdf, samplePdfs, specials } from '@sluice/testkit/samples';

const ETAG = '"0123456789abcdef0123456789abcdef"';
/** More than a Worker takes. */
const LONG_BYTES = 21 * 1024 * 1024;
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
  files.set('/long/pages', { name: 'pages.pdf', bytes: longPdf(300) });
  const long = longPdf(2, 20 * 1024 * 1024);
  files.set('/long/bytes', { name: 'bytes.pdf', bytes: long });
  files.set('/packed/long', { name: 'packed.pdf', bytes: gzipSync(long) });
  // More than even the Node processor takes.
  const bomb = gzipSync(Buffer.alloc(NODE_REMEDIATION_LIMITS.maxBytes + 1), { level: 1 });
  files.set('/packed/bomb', { name: 'bomb.pdf', bytes: bomb });
  const pdf = files.get('/files/1');
  if (!pdf) throw new Error('There are samples.');
  const whole = Buffer.from(pdf.bytes);

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname.startsWith('/node/')) return void badNode(request, response, pathname);
    const file = files.get(pathname);
    if (file) {
      if (request.headers['if-match'] !== ETAG) return s3Error(response, 412, 'PreconditionFailed');
      const packed = pathname.startsWith('/packed/') ? { 'Content-Encoding': 'gzip' } : {};
      response.writeHead(200, { ETag: ETAG, 'Content-Length': file.bytes.length, ...packed });
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
      case '/long/broken-off':
        response.writeHead(200, { ETag: ETAG, 'Content-Length': LONG_BYTES });
        response.write(Buffer.alloc(LONG_BYTES / 2));
        return void setTimeout(() => response.destroy(), 50);
      case '/long/endless':
        response.writeHead(200, { ETag: ETAG });
        return endless(response);
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
  const secret = randomBytes(32).toString('base64');
  const settings = parseSettings({
    NODE_PROCESSOR_SECRET: secret,
    PORT: '0',
    STOP_SECONDS: '0',
    // Some seconds a page, and tested there.
    MAX_RECOGNISED_PAGES: '0',
    CONCURRENCY: '1',
  });
  const quiet = createLogger({ service: 'processor', write: () => undefined });
  const processor = await startDocumentServer(settings, quiet);
  process.send?.({
    origin: `http://127.0.0.1:${port}`,
    processor: { url: `http://127.0.0.1:${processor.port}`, secret },
    files: [...files].map(([path, { name, bytes }]) => ({ path, name, sizeBytes: bytes.length })),
  });
  process.once('disconnect', () => process.exit(0));
}

/** Every way in which what stands for the Node processor misbehaves. */
async function badNode(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
  const way = pathname.split('/')[2];
  if (way === 'busy') {
    // Without a look at the document.
    response.writeHead(503, { Connection: 'close' }).end();
    return;
  }
  for await (const chunk of request) if (way === 'hangs-up' && chunk) return void request.destroy();
  if (way === 'does-not-know-us') return void response.writeHead(401).end();
  response.writeHead(200);
  const progress = '{"frame":"progress","step":"reading","pagesDone":1,"pages":2}\n';
  const outputs = [{ kind: 'html', sizeBytes: 10, sha256: '0'.repeat(64) }];
  const report = { processor: 'p', title: 't', language: 'en', characters: 1, notices: [] };
  const done = `${JSON.stringify({ frame: 'done', pages: 1, report, outputs })}\n`;
  const said: Record<string, string> = {
    'says-nothing': '',
    'says-nonsense': `${progress}{"frame":"done"}\n`,
    'stops-at-progress': progress,
    'stops-in-output': `${done}12345`,
    'sends-other-bytes': `${done}1234567890`,
    fails: '{"frame":"failed"}\n',
    'fails-recognising': `${progress.replace('reading', 'recognising')}{"frame":"failed"}\n`,
    refuses: '{"frame":"refused","code":"pdf_too_complex","detail":"Too much."}\n',
    'has-no-turn': `${progress}{"frame":"busy"}\n`,
    'never-ends-its-line': '1'.repeat(1 << 20),
  };
  if (way === 'is-killed-in-output') {
    response.write(said['stops-in-output']);
    return void setTimeout(() => response.destroy(), 50);
  }
  response.end(said[way ?? ''] ?? '');
}

function endless(response: ServerResponse): void {
  const write = (): void => {
    while (!response.destroyed && response.write(ENDLESS_CHUNK));
    if (!response.destroyed) response.once('drain', write);
  };
  write();
}

await serve();
