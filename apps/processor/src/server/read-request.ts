import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DOCUMENT_JOB_HEADER, DocumentJob } from '@sluice/shared';
import type { Webhook } from 'standardwebhooks';

export type ReadJob =
  | { readonly ok: true; readonly job: DocumentJob }
  | { readonly ok: false; readonly status: 400 | 401; readonly title: string };

/** The job that a request brings. Nothing of it is looked at before its signature holds. Never throws. */
export function readJob(request: IncomingMessage, webhook: Webhook): ReadJob {
  const header = request.headers[DOCUMENT_JOB_HEADER];
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers;
  if (
    typeof header !== 'string' ||
    typeof id !== 'string' ||
    typeof at !== 'string' ||
    typeof signature !== 'string'
  )
    return { ok: false, status: 401, title: 'Sign the job' };
  try {
    webhook.verify(
      header,
      { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature },
      { jsonParse: false },
    );
  } catch {
    return { ok: false, status: 401, title: 'The signature is wrong, or more than five minutes old' };
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
  } catch {
    value = undefined;
  }
  const parsed = DocumentJob.safeParse(value);
  if (!parsed.success || parsed.data.jobId !== id)
    return { ok: false, status: 400, title: 'The job is not valid' };
  return { ok: true, job: parsed.data };
}

export class DocumentTooLarge extends Error {}

/**
 * Writes the body into a file, never more of it than was stated or is allowed.
 *
 * @throws DocumentTooLarge; and whatever breaks when the other side goes away or the disk is full
 */
export async function receive(
  request: IncomingMessage,
  sizeBytes: number | null,
  maxBytes: number,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const limit = Math.min(sizeBytes ?? maxBytes, maxBytes);
  let received = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      done(received > limit ? new DocumentTooLarge() : null, chunk);
    },
  });
  await pipeline(request, counted, createWriteStream(path, { mode: 0o600 }), { signal });
  if (sizeBytes !== null && received !== sizeBytes) throw new Error('The document is shorter than stated.');
}
