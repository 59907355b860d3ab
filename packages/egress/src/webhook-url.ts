import { SluiceError } from '@sluice/shared';
import { checkDestination, checkEndpoint, type EndpointPolicy } from './endpoint.ts';

/**
 * Checks an address that events are posted to. Scheme, host and port as {@link checkEndpoint}; unlike a storage endpoint it
 * may have any path and a query, which belong to its server.
 *
 * @throws SluiceError `endpoint_refused`; its detail repeats the host only
 */
export const checkWebhookUrl = (text: string, policy: EndpointPolicy): URL => {
  const origin = /^https?:\/\/[^/?#]*/i.exec(text)?.[0] ?? '';
  checkEndpoint(origin, policy);
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  if (/[\u0000-\u0020\u007f\\#]/.test(text) || text.length > 2048 || !URL.canParse(text)) {
    throw new SluiceError('endpoint_refused', {
      detail:
        'The address is too long, or contains a space, backslash or fragment. Enter it as one line without #.',
    });
  }
  const url = new URL(text);
  checkDestination(url, policy);
  return url;
};
