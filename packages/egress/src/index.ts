export { describeAddressProblem } from './address.ts';
export { readBytesBounded, readTextBounded } from './body.ts';
export { checkDestination, checkEndpoint, type EgressMode, type EndpointPolicy } from './endpoint.ts';
export { type EgressFetchInit, type EgressPolicy, egressFetch } from './fetch.ts';
export { translateNetworkError } from './network-error.ts';
export { checkWebhookUrl } from './webhook-url.ts';
export { parseZones } from './zones.ts';
