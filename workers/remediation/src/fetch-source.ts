import type { ProcessJob } from '@sluice/shared';
import type { Env } from './env.ts';
import { providerCode } from './provider-code.ts';
import { assertSourceUrl } from './source-url.ts';

export type SourceResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: 'too_large' }
  | {
      readonly ok: false;
      readonly reason: 'failed';
      readonly status: number;
      readonly providerCode: string | null;
    };

/** Not reached, or broken off. */
const UNREACHABLE = 0;
/** Another version than the one promised. */
const CHANGED = 412;

/** A source that drips holds up whoever waits behind it: it has this long, and what its size takes at the slowest that is waited for. */
const PATIENCE_MS = 20_000;
const MIN_BYTES_PER_SECOND = 256 * 1024;

type Failure = Extract<SourceResult, { ok: false }>;

/**
 * Reads the source into memory, never more of it than was promised and never more than the limit.
 *
 * @param maxBytes ceiling whatever the job or the source declare
 * @throws SourceUrlRefused; nothing else, and nothing that holds the URL
 */
export async function fetchSource(
  source: ProcessJob['source'],
  env: Env,
  maxBytes: number,
): Promise<SourceResult> {
  if (source.sizeBytes > maxBytes) return { ok: false, reason: 'too_large' };
  return await withSource(source, env, async (response, isExact) =>
    isExact ? await readExactly(response, source.sizeBytes) : await readAtMost(response, maxBytes),
  );
}

/**
 * Hands the source on as it comes, never more of it than was promised and never more than the limit.
 *
 * @param maxBytes ceiling whatever the job or the source declare
 * @param use gets the bytes and their number, null where the source does not promise it; it must read them to the end or
 *   throw
 * @returns what `use` returns; when the source fails meanwhile, that, whatever `use` makes of it
 * @throws SourceUrlRefused, and what `use` throws
 */
export async function streamSource<T>(
  source: ProcessJob['source'],
  env: Env,
  maxBytes: number,
  use: (body: ReadableStream<Uint8Array>, sizeBytes: number | null) => Promise<T>,
): Promise<{ readonly ok: true; readonly value: T } | Failure> {
  if (source.sizeBytes > maxBytes) return { ok: false, reason: 'too_large' };
  const used = await withSource(source, env, async (response, isExact) => {
    const sizeBytes = isExact ? source.sizeBytes : null;
    const { readable, writable } =
      sizeBytes === null ? new IdentityTransformStream() : new FixedLengthStream(sizeBytes);
    const writer = writable.getWriter();
    writer.closed.catch(() => undefined);
    // Set before the other side can notice.
    let failure: Failure | undefined;
    const copying = copy(response, writer, sizeBytes, maxBytes, (why) => {
      failure = why;
    });
    const using = settled(use(readable, sizeBytes));
    await Promise.race([copying, using]);
    const outcome = await using;
    // Not read to its end: nobody will.
    await writer.abort().catch(() => undefined);
    return failure ?? { ok: true as const, outcome };
  });
  if (!used.ok) return used;
  if (used.outcome.status === 'rejected') throw used.outcome.reason;
  return { ok: true, value: used.outcome.value };
}

async function settled<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([promise]);
  return outcome;
}

/** Copies the source until it ends, fails, or the other side takes no more. Never throws. */
async function copy(
  response: Response,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  sizeBytes: number | null,
  maxBytes: number,
  onFailure: (why: Failure) => void,
): Promise<void> {
  let copied = 0;
  const limit = sizeBytes ?? maxBytes;
  try {
    for await (const chunk of chunks(response)) {
      copied += chunk.length;
      if (copied > limit) break;
      const isTaken = await writer.write(chunk).then(
        () => true,
        () => false,
      );
      if (!isTaken) return;
    }
    if (copied <= limit && (sizeBytes === null || copied === sizeBytes)) {
      await writer.close().catch(() => undefined);
      return;
    }
  } catch {
    // Whatever broke, its message may hold the URL.
  }
  if (copied <= limit) onFailure(failed(UNREACHABLE));
  else onFailure(sizeBytes === null ? { ok: false, reason: 'too_large' } : failed(CHANGED));
  await writer.abort().catch(() => undefined);
}

async function withSource<T>(
  source: ProcessJob['source'],
  env: Env,
  read: (response: Response, isExact: boolean) => Promise<T>,
): Promise<T | Failure> {
  assertSourceUrl(source.url, env.egressMode);
  const abort = new AbortController();
  const patienceMs = PATIENCE_MS + (source.sizeBytes / MIN_BYTES_PER_SECOND) * 1000;
  const overall = setTimeout(() => abort.abort(), Math.min(env.sourceTimeoutMs, patienceMs));
  const headers = setTimeout(() => abort.abort(), env.headersTimeoutMs);
  try {
    // As given: a URL that is parsed and written anew may be spelled otherwise than it was signed.
    const response = await fetch(source.url, {
      redirect: 'manual',
      signal: abort.signal,
      headers: { 'If-Match': quoted(source.etag), 'Accept-Encoding': 'identity' },
    });
    clearTimeout(headers);
    if (response.status !== 200) return failed(response.status, await providerCode(response));
    const etag = response.headers.get('ETag');
    if (etag !== null && bare(etag) !== bare(source.etag)) return failed(CHANGED);
    // An object stored packed arrives unpacked: its length says nothing about the bytes promised.
    const encoding = response.headers.get('Content-Encoding') ?? 'identity';
    const isExact = encoding === 'identity' || encoding === 'aws-chunked';
    const declared = response.headers.get('Content-Length');
    if (isExact && declared !== null && Number(declared) !== source.sizeBytes) return failed(CHANGED);
    return await read(response, isExact);
  } catch {
    // Whatever broke, its message may hold the URL.
    return failed(UNREACHABLE);
  } finally {
    clearTimeout(headers);
    clearTimeout(overall);
    // Lets go of a connection whose body was not read to its end.
    abort.abort();
  }
}

async function readExactly(response: Response, sizeBytes: number): Promise<SourceResult> {
  const bytes = new Uint8Array(sizeBytes);
  let filled = 0;
  for await (const chunk of chunks(response)) {
    if (filled + chunk.length > sizeBytes) return failed(CHANGED);
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  return filled === sizeBytes ? { ok: true, bytes } : failed(UNREACHABLE);
}

async function readAtMost(response: Response, maxBytes: number): Promise<SourceResult> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks(response)) {
    size += chunk.length;
    if (size > maxBytes) return { ok: false, reason: 'too_large' };
    parts.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { ok: true, bytes };
}

async function* chunks(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    // Also reached when the consumer stops early: the rest must not be buffered for nobody.
    await reader.cancel().catch(() => undefined);
  }
}

function failed(status: number, code: string | null = null): Failure {
  return { ok: false, reason: 'failed', status, providerCode: code };
}

function bare(etag: string): string {
  return etag.replace(/^W\//, '').replace(/^"|"$/g, '');
}

function quoted(etag: string): string {
  return `"${bare(etag)}"`;
}
