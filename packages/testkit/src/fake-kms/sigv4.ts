import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { KmsFault } from './kms-fault.ts';

export interface FakeIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const MAX_SKEW_MS = 5 * 60_000;

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');

const parseAmzDate = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

const badSignature = (why: string): KmsFault => new KmsFault('InvalidSignatureException', 400, why);

/**
 * Verifies the SigV4 header of a request with code of its own, so that a mistake in the signer cannot hide in a shared
 * one. Source: AWS IAM user guide, "Create a signed AWS API request".
 *
 * @throws KmsFault as the service: missing, unknown, expired or wrong
 */
export const verifySigV4 = (
  request: IncomingMessage,
  body: Buffer,
  identity: FakeIdentity,
  region: string,
): void => {
  const header = request.headers.authorization ?? '';
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (!match) throw new KmsFault('MissingAuthenticationTokenException', 400, 'Missing Authentication Token');
  const [, accessKeyId = '', day = '', scopeRegion = '', service = '', names = '', signature = ''] = match;
  if (accessKeyId !== identity.accessKeyId) {
    throw new KmsFault('UnrecognizedClientException', 400, 'The security token included is invalid.');
  }
  if (request.headers['x-amz-security-token'] !== identity.sessionToken) {
    throw new KmsFault('UnrecognizedClientException', 400, 'The security token included is invalid.');
  }
  if (scopeRegion !== region || service !== 'kms') throw badSignature('Credential scope is wrong.');
  const amzDate = String(request.headers['x-amz-date'] ?? '');
  const skewMs = Math.abs(Date.now() - parseAmzDate(amzDate));
  if (!(skewMs <= MAX_SKEW_MS) || !amzDate.startsWith(day)) throw badSignature('Signature expired.');

  const signedNames = names.split(';');
  for (const required of ['host', 'x-amz-date', 'x-amz-target']) {
    if (!signedNames.includes(required)) throw badSignature(`${required} must be signed.`);
  }
  const declaredHash = request.headers['x-amz-content-sha256'];
  if (declaredHash !== undefined && declaredHash !== sha256(body))
    throw badSignature('Payload hash is wrong.');
  const canonicalHeaders = signedNames
    .map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}\n`,
    )
    .join('');
  const canonicalRequest = ['POST', '/', '', canonicalHeaders, names, sha256(body)].join('\n');
  const scope = `${day}/${region}/kms/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', amzDate, scope, sha256(canonicalRequest)].join('\n');
  const key = [region, 'kms', 'aws4_request'].reduce(hmac, hmac(`AWS4${identity.secretAccessKey}`, day));
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(hmac(key, toSign).toString('hex')))) {
    throw badSignature('The request signature we calculated does not match the signature you provided.');
  }
};
