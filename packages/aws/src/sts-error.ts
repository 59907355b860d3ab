import { SluiceError } from '@sluice/shared';
import { xmlText } from './xml-text.ts';

const THROTTLES = new Set([
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
]);

/** Codes about ourselves: not the customer's to mend. */
const OUR_IDENTITY = new Set([
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'MissingAuthenticationToken',
  'ExpiredToken',
  'ExpiredTokenException',
  'OptInRequired',
]);

/**
 * An STS refusal in terms of the catalogue. The message of STS is not repeated: with a foreign endpoint it could
 * hold what we sent.
 */
export const translateStsError = (
  roleArn: string,
  region: string,
  status: number,
  text: string,
): SluiceError => {
  const code = (xmlText(text, 'Code') ?? '').replace(/[^\w.-]/g, '').slice(0, 100);
  const context = { providerStatus: status, ...(code === '' ? {} : { providerCode: code }) };
  if (THROTTLES.has(code) || status === 429) return new SluiceError('throttled', context);
  if (status >= 500) return new SluiceError('upstream_unavailable', context);
  if (OUR_IDENTITY.has(code)) {
    return new SluiceError('internal', { ...context, detail: 'AWS refused our own identity.' });
  }
  if (code === 'RegionDisabledException') {
    return new SluiceError('region_wrong', {
      ...context,
      detail: `STS is not active in ${region} for our account. Choose another region.`,
    });
  }
  if (code === 'RequestTimeTooSkewed' || code === 'RequestExpired')
    return new SluiceError('clock_skew', context);
  if (code === 'AccessDenied' || code === 'AccessDeniedException') {
    return new SluiceError('role_not_assumable', {
      ...context,
      detail:
        `sts:AssumeRole on ${roleArn} was refused: the role does not exist, ` +
        'or its trust policy does not name our principal with the external id shown in Settings.',
    });
  }
  if (code === 'ValidationError' || code === 'InvalidParameterValue') {
    return new SluiceError('role_not_assumable', {
      ...context,
      detail: `STS does not accept the request for ${roleArn}: check the ARN and the longest session the role allows.`,
    });
  }
  if (code === '') {
    return new SluiceError('upstream_invalid', { ...context, detail: 'The answer does not come from STS.' });
  }
  return new SluiceError('role_not_assumable', {
    ...context,
    detail: `sts:AssumeRole on ${roleArn} was refused.`,
  });
};
