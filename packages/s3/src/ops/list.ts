import type { ListPage, ListPageInput, ObjectSummary } from '@sluice/core';
import { readTextBounded } from '@sluice/egress';
import { compareKeys, SluiceError } from '@sluice/shared';
import { isForeign } from '../errors/answer.ts';
import type { S3Request, Transport } from '../transport.ts';
import { rootName } from '../xml/documents.ts';
import { type ListDocument, scanList } from '../xml/list-scanner.ts';
import { XmlError } from '../xml/reader.ts';

/** 1,000 keys of 1,024 bytes, each percent-encoded threefold, with room for the rest. A poll reads five at once, in 128 MB. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

export interface S3ListPageInput extends ListPageInput {
  /** Keys that contain it after the prefix are folded into `commonPrefixes`. */
  readonly delimiter?: string;
}

export interface S3ListPage extends ListPage {
  readonly commonPrefixes: readonly string[];
}

const invalid = (what: string): SluiceError =>
  new SluiceError('upstream_invalid', { detail: `The listing cannot be trusted: ${what}.` });

const checkPage = (page: ListDocument, input: S3ListPageInput, maxKeys: number): void => {
  if (page.objects.length + page.commonPrefixes.length > maxKeys) throw invalid('more keys than asked for');
  // What is folded away is not listed: documents in folders would be missed, and nobody told.
  if (input.delimiter === undefined && page.commonPrefixes.some((name) => name !== '')) {
    throw invalid('it holds folders in place of what is in them');
  }
  if (page.nextContinuationToken !== null && page.nextContinuationToken === input.continuationToken) {
    throw invalid('it repeats its continuation token');
  }
  const { prefix } = input;
  if (prefix === '') return;
  const inside = (name: string): boolean => name.startsWith(prefix);
  if (!page.objects.every(({ key }) => inside(key)) || !page.commonPrefixes.every(inside)) {
    throw invalid('it holds names outside of the prefix');
  }
};

const parsePage = (
  transport: Transport,
  request: S3Request,
  response: Response,
  text: string,
): ListDocument => {
  try {
    return scanList(text);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const root = rootName(text);
    if (root === 'Error') throw transport.errorInBody(request, response, text);
    if (root === 'ListAllMyBucketsResult') {
      throw new SluiceError('addressing_wrong', {
        detail: 'The endpoint listed buckets instead of objects: try the other addressing style.',
      });
    }
    const contentType = response.headers.get('content-type') ?? '';
    if (isForeign(text, contentType) || (root !== null && root !== 'ListBucketResult')) {
      throw new SluiceError('endpoint_not_s3', {
        detail: 'The answer to a listing is not in the S3 format.',
      });
    }
    throw invalid(error.message);
  }
};

/**
 * One page of ListObjectsV2. Every key is inside the prefix and after `startAfter`; nothing a page fails to say is
 * taken for the end.
 *
 * @throws SluiceError `upstream_invalid` for a page that cannot be complete and consistent
 */
export const listPage = async (transport: Transport, input: S3ListPageInput): Promise<S3ListPage> => {
  const maxKeys = Math.min(1000, Math.max(1, input.maxKeys ?? 1000));
  const startAfter =
    input.continuationToken === undefined && input.startAfter !== '' ? input.startAfter : undefined;
  const request: S3Request = {
    operation: 'ListObjects',
    method: 'GET',
    key: input.prefix,
    url: transport.urls.bucket({
      'list-type': 2,
      'encoding-type': 'url',
      'max-keys': maxKeys,
      prefix: input.prefix === '' ? undefined : input.prefix,
      delimiter: input.delimiter,
      'start-after': startAfter,
      'continuation-token': input.continuationToken,
    }),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  };
  const page = await transport.send(request, async (response) => {
    // Fatal: a replaced character would be another key.
    const text = await readTextBounded(response, MAX_PAGE_BYTES, { fatal: true });
    const parsed = parsePage(transport, request, response, text);
    checkPage(parsed, input, maxKeys);
    return parsed;
  });
  return {
    // A server that does not know start-after begins at the beginning; the port promises otherwise.
    objects:
      startAfter === undefined
        ? page.objects
        : page.objects.filter(({ key }) => compareKeys(key, startAfter) > 0),
    commonPrefixes: page.commonPrefixes,
    continuationToken: page.nextContinuationToken,
  };
};

/** A listing that goes round in a circle is noticed by its tokens; this many are remembered. */
const MAX_PAGES = 1_000_000;
/** So many pages in a row that hold nothing and yet are not the last: the server is not going to end. */
const MAX_EMPTY_PAGES = 100;

/** All objects below a prefix, page by page. @throws SluiceError as {@link listPage}; also when tokens go in a circle */
export async function* listAll(
  transport: Transport,
  input: Omit<S3ListPageInput, 'continuationToken' | 'delimiter'>,
): AsyncGenerator<readonly ObjectSummary[], void, void> {
  const seen = new Set<string>();
  let token: string | null = null;
  let emptyPages = 0;
  do {
    const page: S3ListPage = await listPage(
      transport,
      token === null ? input : { ...input, continuationToken: token },
    );
    yield page.objects;
    emptyPages = page.objects.length === 0 ? emptyPages + 1 : 0;
    if (emptyPages > MAX_EMPTY_PAGES) throw invalid('page after page of it is empty');
    token = page.continuationToken;
    if (token !== null && (seen.has(token) || seen.size >= MAX_PAGES)) {
      throw invalid('its continuation tokens go in a circle');
    }
    if (token !== null) seen.add(token);
  } while (token !== null);
}
