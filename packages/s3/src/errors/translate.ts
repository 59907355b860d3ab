import { type Denial, type ErrorCode, SluiceError, type SluiceErrorOptions } from '@sluice/shared';
import { ACTIONS, describeResource, type OperationContext } from '../operations.ts';
import type { ErrorAnswer } from './answer.ts';
import { CODES, codeOfStatus, isKmsCode } from './codes.ts';

type Finding = { readonly code: ErrorCode; readonly detail?: string; readonly denial?: Denial };

const wrongRegion = (context: OperationContext, region: string | null): Finding => ({
  code: 'region_wrong',
  detail:
    region === null
      ? `${context.providerLabel} says that ${context.bucket} is not in ${context.region}, but not where it is.`
      : `${context.bucket} is in ${region}; requests were signed for ${context.region}.`,
});

/** 301, 307 and 308, and codes about endpoints: a region when one is named, otherwise where we were pointed to. */
const redirect = (answer: ErrorAnswer, context: OperationContext): Finding => {
  if (answer.region !== null && answer.region !== context.region) return wrongRegion(context, answer.region);
  if (answer.endpoint !== null) {
    return {
      code: 'addressing_wrong',
      detail: `${context.bucket} is to be addressed at ${answer.endpoint}.`,
    };
  }
  return {
    code: 'addressing_wrong',
    detail: `${context.providerLabel} answered with a redirect (${answer.status}) that does not name a usable endpoint.`,
  };
};

/** AWS explains a refusal in its message. Recognised, not repeated. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/explicit deny in a service control policy/i, 'by a service control policy of the organisation'],
  [/explicit deny in a resource-based policy/i, 'by an explicit deny in the bucket policy'],
  [/explicit deny in an identity-based policy/i, 'by an explicit deny in the policy of our identity'],
  [/explicit deny in a VPC endpoint policy/i, 'by a VPC endpoint policy'],
  [/explicit deny/i, 'by an explicit deny'],
  [/permissions boundary/i, 'by a permissions boundary'],
  [/no session policy/i, 'by the session policy'],
  [/no identity-based policy/i, 'because no policy of our identity allows it'],
  [/no resource-based policy/i, 'because the bucket policy does not allow it'],
];

const KMS_KEY = /\barn:aws(?:-[a-z]+)*:kms:[a-z0-9-]{1,40}:\d{12}:key\/[A-Za-z0-9-]{1,64}(?![\w-])/;

const denialOf = ({ message }: ErrorAnswer): Denial => ({
  isExplicit: /explicit deny/i.test(message),
  kmsKeyArn: KMS_KEY.exec(message)?.[0] ?? null,
});

const denied = (answer: ErrorAnswer, context: OperationContext): Finding => {
  const action = ACTIONS[context.operation];
  const denial = denialOf(answer);
  const kms = /\bkms:(Decrypt|GenerateDataKey\w*|Encrypt|DescribeKey)\b/.exec(answer.message)?.[0];
  if (kms !== undefined || /\bKMS\b|ciphertext refers to a customer master key/i.test(answer.message)) {
    return {
      code: 'encryption_denied',
      detail: `${kms ?? 'kms:Decrypt'} on ${denial.kmsKeyArn ?? `the key of ${context.bucket}`} was refused, so ${action} failed.`,
      denial,
    };
  }
  const reason = REASONS.find(([pattern]) => pattern.test(answer.message))?.[1];
  // Without ListBucket, AWS does not say whether an object is missing; the two look the same.
  const hint =
    context.operation === 'HeadObject' || context.operation === 'GetObject'
      ? ' If s3:ListBucket is missing as well, an object that is gone looks the same.'
      : '';
  return {
    code: 'access_denied',
    detail: `${action} on ${describeResource(context)} was refused${reason === undefined ? '' : ` ${reason}`}.${hint}`,
    denial,
  };
};

const precondition = (context: OperationContext): Finding =>
  context.condition === 'if_none_match'
    ? { code: 'object_exists' }
    : { code: context.condition === 'if_match' ? 'object_changed' : 'upstream_invalid' };

const objectOperations = new Set(['HeadObject', 'GetObject', 'PutObject', 'CopyObject', 'DeleteObject']);

const notFound = (answer: ErrorAnswer, context: OperationContext): Finding => {
  // S3 servers say what is missing; a bare 404 to a question about a bucket is some other server's.
  if (answer.code === '' && context.operation !== 'HeadBucket' && !objectOperations.has(context.operation)) {
    return { code: 'endpoint_not_s3', detail: 'The answer (status 404) is not in the S3 format.' };
  }
  if (
    context.operation === 'HeadObject' ||
    context.operation === 'GetObject' ||
    context.operation === 'CopyObject'
  ) {
    return { code: 'object_not_found' };
  }
  return { code: 'bucket_not_found', detail: `${context.providerLabel} knows no bucket ${context.bucket}.` };
};

/** What Cloudflare's own network answers in place of a server it cannot reach (521 to 523, 530) or trust (525, 526). */
const OF_THE_EDGE: Readonly<Record<number, ErrorCode>> = {
  521: 'endpoint_unreachable',
  522: 'endpoint_unreachable',
  523: 'endpoint_unreachable',
  525: 'tls_failed',
  526: 'tls_failed',
  530: 'endpoint_unreachable',
};

const byStatus = (answer: ErrorAnswer, context: OperationContext): Finding => {
  const { status } = answer;
  const edge = OF_THE_EDGE[status];
  if (edge !== undefined) return { code: edge };
  if (status >= 300 && status < 400 && status !== 304) return redirect(answer, context);
  if (status === 304 || status === 412) return precondition(context);
  if (status === 404 || status === 410) return notFound(answer, context);
  if (status === 401 || status === 403) return denied(answer, context);
  // HEAD has no body; AWS answers 400 to a signature for another region, and names the right one in a header.
  if (status === 400 && answer.region !== null && answer.region !== context.region) {
    return wrongRegion(context, answer.region);
  }
  if (status === 409 && objectOperations.has(context.operation)) return { code: 'upstream_unavailable' };
  const code = codeOfStatus(status);
  return code === 'upstream_invalid'
    ? { code, detail: `${context.providerLabel} answered ${context.operation} with status ${status}.` }
    : { code };
};

const byCode = (answer: ErrorAnswer, context: OperationContext): Finding => {
  const { code } = answer;
  if (code === 'AuthorizationHeaderMalformed' || code === 'AuthorizationQueryParametersError') {
    const named = answer.region ?? /expecting '([a-z0-9-]{2,40})'/i.exec(answer.message)?.[1] ?? null;
    if (named !== null) return wrongRegion(context, named);
    if (/region/i.test(answer.message)) return wrongRegion(context, null);
    return { code: 'credentials_unknown', detail: 'The provider cannot read the access key id.' };
  }
  if (code === 'PreconditionFailed' || code === 'NotModified') return precondition(context);
  if (isKmsCode(code)) {
    return {
      code: 'encryption_denied',
      detail: `The encryption key of ${context.bucket} cannot be used (${code}).`,
      denial: denialOf(answer),
    };
  }
  const known = CODES[code];
  if (known === undefined) return byStatus(answer, context);
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- only some codes have more to say
  switch (known) {
    case 'access_denied':
      return denied(answer, context);
    case 'region_wrong':
      return wrongRegion(context, answer.region ?? regionInMessage(answer.message, context));
    case 'addressing_wrong':
      return redirect(answer, context);
    case 'bucket_not_found':
      return { code: known, detail: `${context.providerLabel} knows no bucket ${context.bucket}.` };
    case 'unsupported_by_provider':
      return {
        code: known,
        detail: `${context.providerLabel} does not support ${context.operation}${context.condition === undefined ? '' : ' with a condition'}.`,
      };
    case 'upstream_invalid':
      return { code: known, detail: `${context.operation} was answered with ${code}.` };
    default:
      return { code: known };
  }
};

/** "The eu-west-1 location constraint is incompatible …", "Specify the us-west-004 region". */
const regionInMessage = (message: string, context: OperationContext): string | null => {
  const named = /\b([a-z]{2,3}(?:-[a-z]+)+-\d{1,3})\b/.exec(message)?.[1] ?? null;
  return named === context.region ? null : named;
};

/**
 * The one translation from what a provider answered to the catalogue.
 *
 * Details are composed here from what we know and from names that were checked; the provider's message is read, and
 * never shown.
 */
export const translateAnswer = (answer: ErrorAnswer, context: OperationContext): SluiceError => {
  const finding: Finding = answer.foreign
    ? foreignAnswer(answer, context)
    : answer.code === ''
      ? byStatus(answer, context)
      : byCode(answer, context);
  const options: { -readonly [K in keyof SluiceErrorOptions]: SluiceErrorOptions[K] } = {
    providerStatus: answer.status,
  };
  if (finding.detail !== undefined) options.detail = finding.detail;
  if (finding.denial !== undefined) options.denial = finding.denial;
  if (answer.code !== '') options.providerCode = answer.code;
  if (answer.retryAfterMs !== null) options.retryAfterMs = answer.retryAfterMs;
  return new SluiceError(finding.code, options);
};

/** A web page. With a 5xx or 429 it is a proxy speaking for storage that is down; otherwise it is no S3 server. */
const foreignAnswer = (answer: ErrorAnswer, context: OperationContext): Finding => {
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408)
    return byStatus(answer, context);
  if (answer.status >= 300 && answer.status < 400) return redirect(answer, context);
  return { code: 'endpoint_not_s3', detail: `The answer (status ${answer.status}) is not in the S3 format.` };
};
