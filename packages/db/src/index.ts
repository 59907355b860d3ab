export { type Client, createCallerClient, createServiceClient, type Supabase } from './clients.ts';
export { unwrap, unwrapNullable } from './errors.ts';
export { type AppLogEntry, createHousekeeping, type Housekeeping } from './housekeeping.ts';
export { createTokenVerifier, type Identity, type VerifyToken } from './identity.ts';
export { createIntegrationStore } from './integration-store.ts';
export { toJson } from './json.ts';
export { createObjectLedger } from './object-ledger.ts';
export { createPollLedger } from './poll-ledger.ts';
export { createUsageStore } from './usage-store.ts';
