export type * from './engine-rpc.ts';
export * from './errors/catalogue.ts';
export * from './errors/sluice-error.ts';
export * from './folder-rules.ts';
export * from './processor/contract.ts';
export * from './queue-messages.ts';
export * from './s3-integrations.ts';
export * from './s3-objects.ts';
export * from './usage.ts';
