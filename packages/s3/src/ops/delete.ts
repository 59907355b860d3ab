import { md5 } from '@noble/hashes/legacy.js';
import { readTextBounded } from '@sluice/egress';
import { SluiceError } from '@sluice/shared';
import type { S3Request, Transport } from '../transport.ts';
import { describeKeyProblem } from '../url.ts';
import { escapeText, readRecords } from '../xml/documents.ts';
import { discard } from './heads.ts';

/** The limit of the API. */
const KEYS_PER_REQUEST = 1000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Deleting what is not there succeeds. @throws SluiceError */
export const deleteObject = async (
  transport: Transport,
  key: string,
  signal?: AbortSignal,
): Promise<void> => {
  const request: S3Request = {
    operation: 'DeleteObject',
    method: 'DELETE',
    key,
    url: transport.urls.object(key),
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    await transport.send(request, discard);
  } catch (error) {
    // Some servers answer 404, against the API's documentation. A missing bucket has its own code.
    if (error instanceof SluiceError && error.code === 'object_not_found') return;
    throw error;
  }
};

export interface DeleteManyResult {
  /** Gone now, whether they were there or not. */
  readonly deleted: readonly string[];
  readonly failed: readonly { readonly key: string; readonly error: SluiceError }[];
}

interface Outcome {
  readonly deleted: string[];
  readonly failed: { key: string; error: SluiceError }[];
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

const parseAnswer = (
  transport: Transport,
  request: S3Request,
  response: Response,
  text: string,
  keys: readonly string[],
): Outcome => {
  let answer: ReturnType<typeof readRecords>;
  try {
    answer = readRecords(text);
  } catch {
    throw transport.errorInBody(request, response, text);
  }
  if (answer.root !== 'DeleteResult') throw transport.errorInBody(request, response, text);
  const missing = new Set(keys);
  const outcome: Outcome = { deleted: [], failed: [] };
  for (const { name, fields } of answer.records) {
    const key = fields.Key ?? '';
    if ((name !== 'Deleted' && name !== 'Error') || !missing.delete(key)) continue;
    if (name === 'Deleted' || fields.Code === 'NoSuchKey') outcome.deleted.push(key);
    else {
      const body = `<Error><Code>${escapeText(fields.Code ?? '') ?? ''}</Code><Message>${escapeText(fields.Message ?? '') ?? ''}</Message></Error>`;
      outcome.failed.push({ key, error: transport.errorInBody({ ...request, key }, response, body) });
    }
  }
  for (const key of missing) {
    const error = new SluiceError('upstream_invalid', {
      detail: 'The provider did not say what became of the object.',
    });
    outcome.failed.push({ key, error });
  }
  return outcome;
};

const deleteBatch = async (
  transport: Transport,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<Outcome> => {
  const objects = keys.map((key) => `<Object><Key>${escapeText(key) ?? ''}</Key></Object>`).join('');
  const body = new TextEncoder().encode(
    `<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${objects}</Delete>`,
  );
  const request: S3Request = {
    operation: 'DeleteObjects',
    method: 'POST',
    url: transport.urls.bucket({ delete: '' }),
    // The API wants a checksum; this is the one that every server knows.
    headers: { 'content-type': 'application/xml', 'content-md5': base64(md5(body)) },
    body,
    ...(signal === undefined ? {} : { signal }),
  };
  return transport.send(request, async (response) => {
    const text = await readTextBounded(response, MAX_ANSWER_BYTES, { fatal: true });
    return parseAnswer(transport, request, response, text, keys);
  });
};

const deleteSingly = async (
  transport: Transport,
  keys: readonly string[],
  outcome: Outcome,
  signal?: AbortSignal,
): Promise<void> => {
  for (const key of keys) {
    try {
      await deleteObject(transport, key, signal);
      outcome.deleted.push(key);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      outcome.failed.push({ key, error });
    }
  }
};

/**
 * Deletes any number of objects, 1,000 a request. A refusal of one object is an entry of `failed`; a refusal of a
 * request is thrown, and what was deleted before stays deleted. Names that XML cannot express, and everything on
 * servers without this operation, are deleted one by one.
 *
 * @throws SluiceError
 */
export const deleteObjects = async (
  transport: Transport,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<DeleteManyResult> => {
  const outcome: Outcome = { deleted: [], failed: [] };
  const unique = [...new Set(keys)];
  // Names that no URL can express are refused here as well, so that the two ways agree.
  const batchable = unique.filter((key) => escapeText(key) !== null && describeKeyProblem(key) === null);
  const single = unique.filter((key) => !batchable.includes(key));
  for (let at = 0; at < batchable.length; at += KEYS_PER_REQUEST) {
    const batch = batchable.slice(at, at + KEYS_PER_REQUEST);
    try {
      const part = await deleteBatch(transport, batch, signal);
      outcome.deleted.push(...part.deleted);
      outcome.failed.push(...part.failed);
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== 'unsupported_by_provider') throw error;
      single.push(...batch);
    }
  }
  await deleteSingly(transport, single, outcome, signal);
  return outcome;
};
