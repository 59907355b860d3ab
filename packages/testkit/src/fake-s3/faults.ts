import { type Answer, emptyAnswer, errorAnswer, type FakeRequest } from './answer.ts';

/**
 * Stands between a request and its answer. `proceed` does what was asked and returns the true answer; not calling it
 * means that nothing happened.
 */
export type Fault = (request: FakeRequest, proceed: () => Answer) => Answer | Promise<Answer>;

/** Lets a fault strike only where it is wanted, and at most so often. */
export const only = (
  where: { readonly operation?: string; readonly keyPrefix?: string; readonly times?: number },
  fault: Fault,
): Fault => {
  let left = where.times ?? Number.POSITIVE_INFINITY;
  return (request, proceed) => {
    const concerned =
      (where.operation === undefined || where.operation === request.operation) &&
      (where.keyPrefix === undefined || request.key.startsWith(where.keyPrefix));
    if (!concerned || left <= 0) return proceed();
    left -= 1;
    return fault(request, proceed);
  };
};

export const answers =
  (answer: Answer): Fault =>
  () =>
    answer;

/** An S3 error document. */
export const fails = (
  status: number,
  code: string,
  message = '',
  extra: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Fault => answers(errorAnswer(status, code, message, extra, headers));

/** As IAM words it. */
export const denies =
  (action: string): Fault =>
  (request) =>
    errorAnswer(
      403,
      'AccessDenied',
      `User: arn:aws:iam::111111111111:user/tenant is not authorized to perform: ${action} on resource: "arn:aws:s3:::${request.bucket}/${request.key}" because no identity-based policy allows the ${action} action`,
    );

/**
 * The policy of the setup: lists and reads the input, reads, writes and deletes in the output, and nothing else. As AWS has it: that an
 * object is missing is told only to who may list the bucket, and a grant for one prefix does not count, for a read names none.
 */
export const leastPrivilege =
  (inputPrefix: string, outputPrefix: string): Fault =>
  (request, proceed) => {
    const { operation, key, query } = request;
    const reads = operation === 'GetObject' || operation === 'HeadObject';
    const isGranted =
      operation === 'ListObjectsV2'
        ? (query.get('prefix') ?? '').startsWith(inputPrefix)
        : (reads && key.startsWith(inputPrefix)) ||
          (key.startsWith(outputPrefix) &&
            (reads || ['PutObject', 'UploadPart', 'DeleteObject'].includes(operation)));
    if (!isGranted) return denies(`s3:${operation}`)(request, proceed);
    const answer = proceed();
    return reads && answer.status === 404 && inputPrefix !== ''
      ? denies('s3:ListBucket')(request, proceed)
      : answer;
  };

/** An SSE-KMS bucket whose key refuses us. */
export const kmsDenies: Fault = fails(
  403,
  'AccessDenied',
  'User: arn:aws:iam::111111111111:user/tenant is not authorized to perform: kms:GenerateDataKey on the resource associated with this ciphertext because no identity-based policy allows the kms:GenerateDataKey action',
);

export const slowsDown = (retryAfterSeconds?: number): Fault =>
  fails(
    503,
    'SlowDown',
    'Please reduce your request rate.',
    {},
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  );

/** 301 as AWS sends it for a bucket of another region. */
export const redirects = (region: string, endpoint: string): Fault =>
  fails(
    301,
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint.',
    { Endpoint: endpoint },
    { 'x-amz-bucket-region': region },
  );

/** A web page, as a console or a proxy answers. */
export const htmlPage = (status: number): Fault =>
  answers({
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: Buffer.from(
      '<!doctype html><html><head><title>Welcome</title></head><body><p>Sign in</body></html>',
    ),
  });

/** Status only, as HEAD answers and some servers. */
export const bare = (status: number, headers: Readonly<Record<string, string>> = {}): Fault =>
  answers(emptyAnswer(status, headers));

/** 200, and an error in the body: CopyObject and CompleteMultipartUpload begin to answer before they know. */
export const lateError = (code: string): Fault =>
  answers({ ...errorAnswer(200, code, 'Please try again.'), status: 200 });

/** The work is done, the answer is lost. */
export const loses: Fault = (_, proceed) => ({ ...proceed(), cutAfterBytes: -1 });

/** Nothing is done, no answer comes. */
export const drops: Fault = answers({ ...emptyAnswer(200), cutAfterBytes: -1 });

export const cutsBodyAfter =
  (bytes: number): Fault =>
  (_, proceed) => ({ ...proceed(), cutAfterBytes: bytes });

export const stallsBodyAfter =
  (bytes: number): Fault =>
  (_, proceed) => ({ ...proceed(), stallAfterBytes: bytes });

/** Headers come when `until` resolves. */
export const waits =
  (until: Promise<void>): Fault =>
  async (_, proceed) => {
    await until;
    return proceed();
  };

/** Rewrites the text of an answer: half pages, repeated tokens, invalid XML. */
export const rewrites =
  (rewrite: (text: string, request: FakeRequest) => string): Fault =>
  (request, proceed) => {
    const answer = proceed();
    return { ...answer, body: Buffer.from(rewrite(answer.body.toString('utf8'), request)) };
  };

/** A server, or a gateway before it, that keeps no user metadata. */
export const noMetadata: Fault = (_, proceed) => {
  const answer = proceed();
  const kept = Object.entries(answer.headers).filter(([name]) => !name.startsWith('x-amz-meta-'));
  return { ...answer, headers: Object.fromEntries(kept) };
};

/** If-None-Match and If-Match are not supported (Swift): 501. */
export const noConditions: Fault = (request, proceed) =>
  request.method === 'PUT' && (request.headers['if-none-match'] ?? request.headers['if-match']) !== undefined
    ? errorAnswer(
        501,
        'NotImplemented',
        'A header you provided implies functionality that is not implemented',
      )
    : proceed();
