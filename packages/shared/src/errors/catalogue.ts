/**
 * Every error Sluice can show, in one place: what happened, whose move it is, and what to do.
 *
 * The code is the contract (`type` of problem+json, `reason` of a ledger row, `code` of a log line); titles and
 * remedies may be reworded. `status` is the HTTP status when the error answers an API call.
 */
export type ErrorOwner = 'customer_config' | 'upstream' | 'client' | 'platform';

export interface ErrorEntry {
  readonly status: number;
  readonly owner: ErrorOwner;
  /** Whether the same operation may succeed later with nothing changed. */
  readonly retryable: boolean;
  readonly title: string;
  readonly remedy: string;
}

const entry = (
  status: number,
  owner: ErrorOwner,
  retryable: boolean,
  title: string,
  remedy: string,
): ErrorEntry => ({ status, owner, retryable, title, remedy });

/** How what is given up is taken up again. */
const THEN_TEST = 'Then test the connection: when it passes, the object is tried again.';

/** What a caller of the API can get wrong. */
const api = {
  invalid_request: entry(
    400,
    'client',
    false,
    'The request is not valid',
    'Correct the fields listed under `errors` and send it again.',
  ),
  unauthenticated: entry(
    401,
    'client',
    false,
    'You are not signed in',
    'Send a valid, unexpired access token as `Authorization: Bearer …`.',
  ),
  forbidden: entry(
    403,
    'client',
    false,
    'Your role does not allow this',
    'Ask an owner or admin of the tenant to do it or to change your role.',
  ),
  not_found: entry(
    404,
    'client',
    false,
    'Not found',
    'Check the id; it may have been deleted or belong to a tenant you are not a member of.',
  ),
  method_not_allowed: entry(
    405,
    'client',
    false,
    'This method is not supported here',
    'See /api/openapi.json for what this path accepts.',
  ),
  conflict: entry(
    409,
    'client',
    true,
    'The record changed meanwhile',
    'Read it again and repeat the change.',
  ),
  payload_too_large: entry(
    413,
    'client',
    false,
    'The request body is too large',
    'Send a body of at most 64 KiB.',
  ),
  unsupported_media_type: entry(
    415,
    'client',
    false,
    'The body must be JSON',
    'Send `Content-Type: application/json`.',
  ),
  prefixes_overlap: entry(
    422,
    'customer_config',
    false,
    'The prefixes overlap',
    'Choose an output prefix outside every input prefix and used by no other integration of the bucket, so that results are neither taken in as new documents nor overwritten.',
  ),
  integration_exists: entry(
    409,
    'customer_config',
    false,
    'This bucket and prefix are already connected',
    'Use the existing integration, or choose another prefix.',
  ),
  rule_outside_input: entry(
    400,
    'client',
    false,
    'The folder lies outside the input folder',
    'Begin it with the input prefix of the integration; no other key is ever seen.',
  ),
  outputs_collide: entry(
    422,
    'customer_config',
    false,
    'Results of two folders would get the same names',
    'Choose an outputSubfolder that leads to no folder with documents and that no other rule leads into.',
  ),
  too_many_rules: entry(
    409,
    'client',
    false,
    'The integration has 100 folder rules already',
    'Delete a rule that is no longer needed, or let one rule with a shorter prefix stand for several.',
  ),
  internal: entry(
    500,
    'platform',
    true,
    'Something went wrong on our side',
    'Try again; if it persists, contact support with the requestId.',
  ),
  unavailable: entry(
    503,
    'platform',
    true,
    'The service is temporarily unavailable',
    'Try again in a moment.',
  ),
} as const;

/** What a customer's bucket, or the way to it, can get wrong. */
const bucket = {
  endpoint_refused: entry(
    422,
    'customer_config',
    false,
    'This endpoint is not allowed',
    'Use the public https endpoint of your storage provider, without user name, path tricks, or a private address.',
  ),
  endpoint_unreachable: entry(
    502,
    'upstream',
    true,
    'The endpoint could not be reached',
    'Check the endpoint name, its DNS record, TLS certificate and firewall; we try again by ourselves.',
  ),
  endpoint_not_s3: entry(
    422,
    'customer_config',
    false,
    'The endpoint does not answer like S3',
    'Check that the endpoint is the S3 API address of your provider, not its console or a website.',
  ),
  credentials_unknown: entry(
    422,
    'customer_config',
    false,
    'The access key is unknown to the provider',
    'Check the access key id; it may have been deleted, disabled or belong to another account or endpoint.',
  ),
  credentials_wrong_secret: entry(
    422,
    'customer_config',
    false,
    'The secret does not match the access key',
    'Enter the secret access key again; make sure nothing was cut off when it was pasted.',
  ),
  credentials_expired: entry(
    422,
    'customer_config',
    false,
    'The credentials have expired',
    'Enter new credentials, or use a role or a key without an expiry.',
  ),
  role_not_assumable: entry(
    422,
    'customer_config',
    false,
    'We may not assume your role',
    'Check that the trust policy names our principal and the external id shown in Settings.',
  ),
  access_denied: entry(
    422,
    'customer_config',
    false,
    'The provider refused the operation',
    'Grant the action named in `detail` on the bucket or prefix.',
  ),
  encryption_denied: entry(
    422,
    'customer_config',
    false,
    'The encryption key of the bucket refused the operation',
    'Grant kms:Decrypt and kms:GenerateDataKey on the key to the identity we use.',
  ),
  bucket_not_found: entry(
    422,
    'customer_config',
    false,
    'The bucket does not exist',
    'Check the bucket name and the account; names are case-sensitive on some providers.',
  ),
  region_wrong: entry(
    422,
    'customer_config',
    false,
    'The bucket is in another region',
    'Set the region named in `detail`.',
  ),
  addressing_wrong: entry(
    422,
    'customer_config',
    false,
    'The endpoint redirects elsewhere',
    'Use the endpoint or addressing style named in `detail`; redirects are not followed.',
  ),
  clock_skew: entry(
    502,
    'upstream',
    true,
    'The provider says the request time is wrong',
    'Check the clock of your storage server; ours is synchronised.',
  ),
  object_not_found: entry(
    404,
    'customer_config',
    false,
    'The object is gone',
    'It was deleted or moved after we saw it; nothing to do unless that was a mistake.',
  ),
  object_changed: entry(
    409,
    'customer_config',
    false,
    'The object changed after we saw it',
    'Nothing to do: the newer version is processed instead.',
  ),
  object_archived: entry(
    422,
    'customer_config',
    false,
    'The object is in an archive storage class',
    `Restore it to a readable storage class. ${THEN_TEST}`,
  ),
  object_name_unusable: entry(
    422,
    'customer_config',
    false,
    'The object name cannot be addressed safely',
    'Rename the object: `.` and `..` as path segments are not portable.',
  ),
  object_exists: entry(
    412,
    'upstream',
    false,
    'An object with this name exists already',
    'Choose another name, or allow overwriting.',
  ),
  output_taken: entry(
    422,
    'customer_config',
    false,
    'Another file is in the place of the result',
    `Rename or move it, or choose another output prefix. ${THEN_TEST}`,
  ),
  object_too_large: entry(
    422,
    'customer_config',
    false,
    'The provider refused the size',
    `Split the object, or raise the limit of the storage. ${THEN_TEST}`,
  ),
  quota_exceeded: entry(
    422,
    'customer_config',
    false,
    'The storage quota is exhausted',
    'Free space or raise the quota on the provider.',
  ),
  throttled: entry(
    503,
    'upstream',
    true,
    'The provider asks us to slow down',
    'Nothing to do: we slow down and try again.',
  ),
  upstream_unavailable: entry(
    503,
    'upstream',
    true,
    'The provider is having trouble',
    'Nothing to do: we try again. Check the status page of the provider if it lasts.',
  ),
  upstream_timeout: entry(
    504,
    'upstream',
    true,
    'The provider did not answer in time',
    'Nothing to do: we try again. Check network paths and load of your storage if it lasts.',
  ),
  upstream_invalid: entry(
    502,
    'upstream',
    true,
    'The provider sent an answer that makes no sense',
    'Check what stands between us and the storage (proxies, gateways); we try again.',
  ),
  unsupported_by_provider: entry(
    422,
    'upstream',
    false,
    'The provider does not support this operation',
    `Choose a provider or setting that supports it; see the provider guide. ${THEN_TEST}`,
  ),
} as const;

/** Why a found object is not processed (skipped) or could not be (failed). */
const object = {
  not_pdf: entry(
    422,
    'customer_config',
    false,
    'Not a PDF by its name',
    'Only names ending in .pdf are processed. Rename the object if it is a PDF.',
  ),
  oversize: entry(
    422,
    'customer_config',
    false,
    'Larger than the limit',
    'Objects above 200 MB are not processed. Split or compress the document.',
  ),
  empty_object: entry(
    422,
    'customer_config',
    false,
    'The object is empty',
    'Upload it again: it has no content.',
  ),
  folder_marker: entry(422, 'customer_config', false, 'A folder marker, not a document', 'Nothing to do.'),
  own_output: entry(
    422,
    'platform',
    false,
    'One of our own results',
    'Nothing to do: results are never taken in as new documents.',
  ),
  superseded: entry(
    422,
    'customer_config',
    false,
    'A newer version took its place',
    'Nothing to do: the newer version is processed.',
  ),
  overwrite_ignored: entry(
    422,
    'customer_config',
    false,
    'A later version, ignored by the overwrite policy',
    'Nothing to do; change the overwrite policy if later versions should be processed.',
  ),
  integration_deleted: entry(
    422,
    'client',
    false,
    'The integration was deleted',
    'Nothing to do; connect the bucket again to process it.',
  ),
  not_a_pdf: entry(
    422,
    'customer_config',
    false,
    'The content is not a PDF',
    'The name says PDF but the content does not. Upload a PDF.',
  ),
  pdf_encrypted: entry(
    422,
    'customer_config',
    false,
    'The PDF needs a password',
    'Remove the password and upload it again.',
  ),
  pdf_corrupt: entry(
    422,
    'customer_config',
    false,
    'The PDF is damaged',
    'Open and save it again with a PDF program, or export it anew, and upload it.',
  ),
  pdf_too_large: entry(
    422,
    'customer_config',
    false,
    'The PDF is too large to process',
    'Split the document.',
  ),
  pdf_too_many_pages: entry(
    422,
    'customer_config',
    false,
    'The PDF has too many pages',
    'Split the document.',
  ),
  pdf_too_complex: entry(
    422,
    'customer_config',
    false,
    'The PDF is too complex to process',
    'Simplify or split the document; contact support if it looks ordinary.',
  ),
  processor_failed: entry(
    500,
    'platform',
    true,
    'Processing failed on our side',
    'Nothing to do: we try again and look into it if it persists.',
  ),
  output_missing: entry(
    500,
    'platform',
    true,
    'A staged result was lost',
    'Nothing to do: the document is processed again.',
  ),
  retries_exhausted: entry(
    500,
    'platform',
    false,
    'Gave up after repeated attempts',
    `Look at the last error and mend its cause. ${THEN_TEST}`,
  ),
  vault_unavailable: entry(
    503,
    'platform',
    true,
    'Stored credentials could not be opened',
    'We are looking into it; nothing is lost.',
  ),
  credentials_missing: entry(
    422,
    'customer_config',
    false,
    'There are no stored credentials',
    'Enter credentials in Settings.',
  ),
} as const;

/** The catalogue. Keys are stable codes. */
export const ERROR_CATALOGUE = { ...api, ...bucket, ...object } as const;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** Whether `code` is in the catalogue. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CATALOGUE, code);
