import { readTextBounded } from '@sluice/egress';
import { SluiceError } from '@sluice/shared';
import { readFlat, rootName } from '../xml/documents.ts';

const MAX_ERROR_BYTES = 64 * 1024;

/** An error answer of a provider, taken apart. Nothing of it is shown as it is. */
export interface ErrorAnswer {
  readonly status: number;
  /** Provider's code, word characters only, at most 100; '' when it sent none. */
  readonly code: string;
  /** For recognising causes; never shown, a foreign server may repeat in it what we sent. */
  readonly message: string;
  /** Region the bucket is in, when the answer says. */
  readonly region: string | null;
  /** Host the answer points to, when it does. */
  readonly endpoint: string | null;
  /** The answer is a web page or JSON, so no S3 server's. */
  readonly foreign: boolean;
  readonly retryAfterMs: number | null;
}

/** Region names only: what a hostile server puts there ends in a message. */
const cleanRegion = (text: string | null | undefined): string | null =>
  text != null && /^[a-z0-9-]{2,40}$/i.test(text.trim()) ? text.trim() : null;

const cleanHost = (text: string | null | undefined): string | null => {
  const host = text?.trim().toLowerCase() ?? '';
  return /^[a-z0-9.-]{3,253}(?::\d{1,5})?$/.test(host) ? host : null;
};

const locationHost = (location: string | null): string | null =>
  location !== null && URL.canParse(location) ? cleanHost(new URL(location).host) : null;

/** Seconds or an HTTP date, as milliseconds from `nowMs`; null when absent or senseless. */
export const parseRetryAfter = (header: string | null, nowMs: number): number | null => {
  if (header === null) return null;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1000;
  // V8 takes almost anything for a date, `-5` as well.
  const until = /^[a-z]{3}/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(until) ? null : Math.max(0, until - nowMs);
};

/** Whether a body is a web page, JSON or plain text, so not of an S3 server. An empty one says nothing. */
export const isForeign = (text: string, contentType: string): boolean => {
  const start = text.trimStart().slice(0, 100).toLowerCase();
  if (start === '') return false;
  if (start.startsWith('<!doctype html') || rootName(text)?.toLowerCase() === 'html') return true;
  return !start.startsWith('<') || contentType.includes('html');
};

const readFields = (text: string): Readonly<Record<string, string>> => {
  try {
    const { root, fields } = readFlat(text);
    return root === 'Error' || root === 'ErrorResponse' ? fields : {};
  } catch {
    return {};
  }
};

/** Takes a body that was read already; see {@link readErrorAnswer}. */
export const parseErrorAnswer = (
  status: number,
  headers: Headers,
  text: string,
  nowMs: number,
): ErrorAnswer => {
  const fields = readFields(text);
  const location = headers.get('location');
  return {
    status,
    code: (fields.Code ?? headers.get('x-minio-error-code') ?? '').replace(/[^\w.-]/g, '').slice(0, 100),
    message: (fields.Message ?? '').slice(0, 2000),
    region: cleanRegion(fields.Region) ?? cleanRegion(headers.get('x-amz-bucket-region')),
    endpoint: cleanHost(fields.Endpoint) ?? locationHost(location),
    foreign: fields.Code === undefined && isForeign(text, headers.get('content-type') ?? ''),
    retryAfterMs: parseRetryAfter(headers.get('retry-after'), nowMs),
  };
};

/** Reads what an answer of an error status says. A body that is too long or breaks off is as good as none. */
export const readErrorAnswer = async (response: Response, nowMs: number): Promise<ErrorAnswer> => {
  const { status, headers } = response;
  try {
    return parseErrorAnswer(status, headers, await readTextBounded(response, MAX_ERROR_BYTES), nowMs);
  } catch (error) {
    if (error instanceof SluiceError && error.code !== 'upstream_invalid') throw error;
    // However long, a web page is no S3 server's.
    const isPage = (headers.get('content-type') ?? '').includes('html');
    return { ...parseErrorAnswer(status, headers, '', nowMs), foreign: isPage };
  }
};
