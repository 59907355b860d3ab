// An own reading of the Signature V4 documents, on node:crypto, so that it can contradict the signer under test.
import { createHash, createHmac } from 'node:crypto';

export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignedParts {
  readonly method: string;
  /** Path and query exactly as they came over the wire. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Verification {
  readonly identity: Identity;
  readonly presigned: boolean;
  readonly payload: 'signed' | 'unsigned';
}

/** A refusal in the words of S3. */
export class SignatureProblem extends Error {
  readonly code: string;
  readonly extra: Readonly<Record<string, string>>;
  readonly status: number;

  constructor(status: number, code: string, message: string, extra: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
  }
}

const MAX_SKEW_MS = 15 * 60_000;

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text, 'utf8').digest();
const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Each segment decoded once and encoded again; `+` in a path is a plus. */
const canonicalPath = (path: string): string =>
  path
    .split('/')
    .map((part) => encode(decodeURIComponent(part)))
    .join('/');

const parseQuery = (query: string): [string, string][] =>
  query === ''
    ? []
    : query.split('&').map((pair) => {
        const at = pair.indexOf('=');
        const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
        // A plus is a plus here, not a space: form decoding is not part of Signature V4.
        return [decodeURIComponent(name), decodeURIComponent(value)];
      });

/** By name, then by value, of the encoded forms: not by the joined pairs, in which `=` would take part. */
const canonicalQuery = (pairs: readonly (readonly [string, string])[]): string => {
  const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  return pairs
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
};

const parseAmzDate = (text: string): number => {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return iso === text ? Number.NaN : Date.parse(iso);
};

interface Claim {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly date: string;
  readonly expiresInSeconds: number | null;
  readonly token: string | undefined;
}

const claimOf = (headers: SignedParts['headers'], query: [string, string][]): Claim => {
  const param = (name: string): string | undefined => query.find(([key]) => key === name)?.[1];
  const signature = param('X-Amz-Signature');
  if (signature !== undefined) {
    return {
      credential: param('X-Amz-Credential') ?? '',
      signedHeaders: param('X-Amz-SignedHeaders') ?? '',
      signature,
      date: param('X-Amz-Date') ?? '',
      expiresInSeconds: Number(param('X-Amz-Expires') ?? Number.NaN),
      token: param('X-Amz-Security-Token'),
    };
  }
  const authorization = headers.authorization ?? '';
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (match === null) throw new SignatureProblem(403, 'AccessDenied', 'Anonymous access is forbidden.');
  const [, credential = '', signedHeaders = '', headerSignature = ''] = match;
  return {
    credential,
    signedHeaders,
    signature: headerSignature,
    date: headers['x-amz-date'] ?? '',
    expiresInSeconds: null,
    token: headers['x-amz-security-token'],
  };
};

const checkTime = (claim: Claim, nowMs: number): void => {
  const signedMs = parseAmzDate(claim.date);
  if (Number.isNaN(signedMs)) throw new SignatureProblem(403, 'AccessDenied', 'No valid date.');
  if (claim.expiresInSeconds === null) {
    if (Math.abs(nowMs - signedMs) <= MAX_SKEW_MS) return;
    throw new SignatureProblem(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  }
  const { expiresInSeconds } = claim;
  if (!(expiresInSeconds >= 1 && expiresInSeconds <= 604_800)) {
    throw new SignatureProblem(
      400,
      'AuthorizationQueryParametersError',
      'X-Amz-Expires must be 1 to 604800.',
    );
  }
  if (nowMs > signedMs + expiresInSeconds * 1000)
    throw new SignatureProblem(403, 'AccessDenied', 'Request has expired');
};

/** Content-Type, Range and everything of x-amz-* that is sent must be signed, as the strictest servers want it. */
const checkSignedHeaders = (
  headers: SignedParts['headers'],
  names: readonly string[],
  presigned: boolean,
): void => {
  const wanted = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') || (!presigned && (name === 'content-type' || name === 'range')),
  );
  for (const name of ['host', ...wanted]) {
    if (!names.includes(name))
      throw new SignatureProblem(
        403,
        'AccessDenied',
        `There were headers present in the request which were not signed: ${name}`,
      );
  }
};

/**
 * Checks a request's signature, time, region and payload hash.
 *
 * @throws SignatureProblem
 */
export const verifySignature = (
  parts: SignedParts,
  identities: readonly Identity[],
  expected: { readonly service: string; readonly region: string | null; readonly nowMs: number },
): Verification => {
  const [path = '', search = ''] = parts.target.split('?', 2);
  const query = parseQuery(search);
  const claim = claimOf(parts.headers, query);
  const [accessKeyId = '', day = '', region = '', service = '', terminator = ''] =
    claim.credential.split('/');
  const identity = identities.find((one) => one.accessKeyId === accessKeyId);
  if (identity === undefined) {
    throw new SignatureProblem(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
    );
  }
  if (service !== expected.service || terminator !== 'aws4_request') {
    throw new SignatureProblem(
      400,
      'AuthorizationHeaderMalformed',
      'The service in the credential scope is wrong.',
    );
  }
  if (expected.region !== null && region !== expected.region) {
    throw new SignatureProblem(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${region}' is wrong; expecting '${expected.region}'`,
      { Region: expected.region },
    );
  }
  checkTime(claim, expected.nowMs);
  if (identity.sessionToken !== claim.token) {
    throw new SignatureProblem(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
  }
  const presigned = claim.expiresInSeconds !== null;
  const names = claim.signedHeaders.split(';');
  checkSignedHeaders(parts.headers, names, presigned);
  const payloadHash = presigned
    ? 'UNSIGNED-PAYLOAD'
    : (parts.headers['x-amz-content-sha256'] ?? sha256(parts.body));
  const canonical = [
    parts.method,
    canonicalPath(path),
    canonicalQuery(query.filter(([name]) => name !== 'X-Amz-Signature')),
    ...names.map((name) => `${name}:${(parts.headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    claim.signedHeaders,
    payloadHash,
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', claim.date, scope, sha256(canonical)].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${identity.secretAccessKey}`, day), region), service), 'aws4_request');
  if (createHmac('sha256', key).update(toSign).digest('hex') !== claim.signature) {
    throw new SignatureProblem(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
      // AWS sends these back as well: nothing of them may reach an error of ours.
      { AWSAccessKeyId: accessKeyId, StringToSign: toSign, SignatureProvided: claim.signature },
    );
  }
  const unsigned = payloadHash === 'UNSIGNED-PAYLOAD';
  if (!unsigned && payloadHash !== sha256(parts.body)) {
    throw new SignatureProblem(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return { identity, presigned, payload: unsigned ? 'unsigned' : 'signed' };
};
