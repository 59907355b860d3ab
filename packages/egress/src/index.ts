export { describeAddressProblem } from './address.ts';
export { readBytesBounded, readTextBounded } from './body.ts';
export { checkDestination, checkEndpoint, type EgressMode, type EndpointPolicy } from './endpoint.ts';
export { egressFetch, type EgressFetchInit, type EgressPolicy } from './fetch.ts';
export { translateNetworkError } from './network-error.ts';
