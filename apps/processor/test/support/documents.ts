import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, type Logger } from '@sluice/observability';
import { DOCUMENT_JOB_HEADER, DOCUMENT_PATH, DocumentFrame, type DocumentJob } from '@sluice/shared';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished } from 'vitest';
import { startDocumentServer } from '../../src/server/document-server.ts';
import { parseSettings } from '../../src/settings.ts';

export interface Processor {
  readonly url: string;
  readonly secret: string;
  readonly workDir: string;
  readonly logged: string[];
  stop(): Promise<void>;
}

/** A processor of the test's own, with a directory of its own; gone when the test is over. */
export async function startProcessor(
  settings: Record<string, string> = {},
  log: Partial<Logger> = {},
): Promise<Processor> {
  const workDir = settings['WORK_DIR'] ?? (await mkdtemp(join(tmpdir(), 'sluice-processor-')));
  const secret = randomBytes(32).toString('base64');
  const logged: string[] = [];
  const server = await startDocumentServer(
    parseSettings({
      NODE_PROCESSOR_SECRET: secret,
      PORT: '0',
      WORK_DIR: workDir,
      STOP_SECONDS: '0',
      CONCURRENCY: '1',
      ...settings,
    }),
    { ...createLogger({ service: 'processor', write: (line) => logged.push(line) }), ...log },
  );
  onTestFinished(async () => {
    await server.stop();
    await rm(workDir, { recursive: true, force: true });
  });
  return { url: `http://127.0.0.1:${server.port}`, secret, workDir, logged, stop: () => server.stop() };
}

/** The files of documents that lie in a directory, with what lies below it; what goes while it is read may be missing. */
export async function documentsIn(workDir: string): Promise<string[]> {
  const entries = await readdir(workDir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found = await Promise.all(
    entries.map(async (entry) =>
      entry.isDirectory()
        ? (await documentsIn(join(workDir, entry.name))).map((file) => join(entry.name, file))
        : [entry.name],
    ),
  );
  return found.flat().filter((file) => /\.(pdf|html)$/.test(file));
}

export const jobOf = (sizeBytes: number | null, changes: Partial<DocumentJob> = {}): DocumentJob => ({
  version: 1,
  jobId: randomUUID(),
  sizeBytes,
  fileName: 'report.pdf',
  options: { language: null, qualityTier: 'standard' },
  ...changes,
});

/** The headers of a job, signed with a secret. */
export function signed(secret: string, job: unknown, id: string, at = new Date()): Record<string, string> {
  const header = Buffer.from(JSON.stringify(job)).toString('base64url');
  return {
    [DOCUMENT_JOB_HEADER]: header,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, header),
  };
}

export async function post(
  processor: Pick<Processor, 'url' | 'secret'>,
  bytes: Uint8Array,
  changes: Partial<DocumentJob> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const job = jobOf(bytes.length, changes);
  return await fetch(`${processor.url}${DOCUMENT_PATH}`, {
    method: 'POST',
    headers: signed(processor.secret, job, job.jobId),
    body: Buffer.from(bytes),
    ...(signal === undefined ? {} : { signal }),
  });
}

export interface Answer {
  readonly frames: DocumentFrame[];
  readonly end: DocumentFrame;
  readonly outputs: Record<string, Buffer>;
}

/** Reads an answer to its end: nothing may be missing of it, and nothing be left. */
export async function read(response: Response): Promise<Answer> {
  expect(response.status).toBe(200);
  let rest = Buffer.from(await response.arrayBuffer());
  const frames: DocumentFrame[] = [];
  do {
    const at = rest.indexOf('\n');
    frames.push(DocumentFrame.parse(JSON.parse(rest.subarray(0, at).toString())));
    rest = rest.subarray(at + 1);
  } while (frames.at(-1)?.frame === 'progress');
  const end = frames.at(-1);
  if (end === undefined) throw new Error('There is an end.');
  const outputs: Record<string, Buffer> = {};
  for (const { kind, sizeBytes, sha256 } of end.frame === 'done' ? end.outputs : []) {
    outputs[kind] = rest.subarray(0, sizeBytes);
    rest = rest.subarray(sizeBytes);
    expect(createHash('sha256').update(outputs[kind]).digest('hex')).toBe(sha256);
  }
  expect(rest.length).toBe(0);
  return { frames, end, outputs };
}

/** Sends the bytes as they are, and stays. */
export const sendRaw = (processor: Pick<Processor, 'url'>, text: string) => {
  const { hostname, port } = new URL(processor.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.write(text);
  return socket;
};

/** Begins to send a document, and goes no further. */
export const drip = (processor: Pick<Processor, 'url' | 'secret'>) => {
  const job = jobOf(1_000_000);
  const headers = Object.entries(signed(processor.secret, job, job.jobId)).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return sendRaw(
    processor,
    `POST ${DOCUMENT_PATH} HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n${headers.join('\r\n')}\r\n\r\n%PDF`,
  );
};
