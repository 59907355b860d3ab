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
  assertSourceUrl(source.url, env.egressMode);
  const abort = new AbortController();
  const overall = setTimeout(() => abort.abort(), env.sourceTimeoutMs);
  const headers = setTimeout(() => abort.abort(), env.headersTimeoutMs);
  try {
    // As given: a URL that is parsed and written anew may be spelled otherwise than it was signed.
    const response = await fetch(source.url, {
      redirect: 'manual',
      signal: abort.signal,
      headers: { 'If-Match': quoted(source.etag), 'Accept-Encoding': 'identity' },
    });
    clearTimeout(headers);
    return await readResponse(response, source, maxBytes);
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

async function readResponse(
  response: Response,
  source: ProcessJob['source'],
  maxBytes: number,
): Promise<SourceResult> {
  if (response.status !== 200) return failed(response.status, await providerCode(response));
  const etag = response.headers.get('ETag');
  if (etag !== null && bare(etag) !== bare(source.etag)) return failed(CHANGED);
  // An object stored packed arrives unpacked: its length says nothing about the bytes promised.
  const encoding = response.headers.get('Content-Encoding') ?? 'identity';
  const exact = encoding === 'identity' || encoding === 'aws-chunked';
  const declared = response.headers.get('Content-Length');
  if (exact && declared !== null && Number(declared) !== source.sizeBytes) return failed(CHANGED);
  return exact ? await readExactly(response, source.sizeBytes) : await readAtMost(response, maxBytes);
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

function failed(status: number, code: string | null = null): SourceResult {
  return { ok: false, reason: 'failed', status, providerCode: code };
}

function bare(etag: string): string {
  return etag.replace(/^W\//, '').replace(/^"|"$/g, '');
}

function quoted(etag: string): string {
  return `"${bare(etag)}"`;
}
